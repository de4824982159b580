import type { Command, CommandEnd, CommandRunner } from '../../core/ports/train/command-runner.ts';

/** Runs no command: each line ends as a test says, others as a shell ends for a command that is not there. */
export class ScriptedCommandRunner implements CommandRunner {
  /** Commands that were run, in order. */
  readonly commands: Command[] = [];
  readonly #ends: ReadonlyMap<string, CommandEnd>;
  readonly #answers: ReadonlyMap<string, string>;

  /**
   * @param ends By line.
   * @param answers First lines that programs print, by program and arguments with spaces between.
   */
  constructor(ends: Readonly<Record<string, CommandEnd>>, answers: Readonly<Record<string, string>> = {}) {
    this.#ends = new Map(Object.entries(ends));
    this.#answers = new Map(Object.entries(answers));
  }

  async run(command: Command): Promise<CommandEnd> {
    this.commands.push(command);
    return this.#ends.get(command.line) ?? { exitCode: 127, lastLines: [`${command.line}: not found`] };
  }

  async ask(program: string, args: readonly string[]): Promise<string | undefined> {
    return this.#answers.get([program, ...args].join(' '));
  }
}
