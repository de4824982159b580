/** A command of the team's code. */
export interface Command {
  /** One line for a shell's `-c`. */
  readonly line: string;
  /** `user`: the shell that `SHELL` names, as DVC runs its stages. Default: `/bin/sh`. */
  readonly shell?: 'user';
  /** Relative to the workspace; `''` is its root. */
  readonly folder: string;
  /** Added to the environment that the runner was made with. */
  readonly variables: Readonly<Record<string, string>>;
}

/** End of a command. */
export interface CommandEnd {
  /** 0 is success; 128 + n for a signal n. */
  readonly exitCode: number;
  /** The last lines that it wrote, of both streams. */
  readonly lastLines: readonly string[];
}

/** Runs commands of the team's code. None of our tokens and inputs is in their environment. */
export interface CommandRunner {
  /** Runs one command to its end and shows its output as it comes. Any exit code is a result, not an error. */
  run(command: Command): Promise<CommandEnd>;
  /** First line of what a program prints, undefined where it is absent or fails. Nothing is shown. */
  ask(program: string, args: readonly string[]): Promise<string | undefined>;
}
