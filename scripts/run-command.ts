import { spawn } from 'node:child_process';

/** Options of a command. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** true: its output goes to the terminal as well. */
  readonly show?: boolean;
}

/** Result of a command. */
export interface CommandResult {
  /** null where a signal ended it. */
  readonly exitCode: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

/** Runs a command without a shell and waits for its end. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, show = false }: RunOptions = {},
): Promise<CommandResult> {
  const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      parts.push(part);
      if (show) process.stdout.write(part);
    });
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { exitCode, output: Buffer.concat(parts).toString('utf8') };
}

/**
 * Runs a command that has to succeed.
 *
 * @returns Its output.
 * @throws {Error} With the end of its output where it exits with anything but 0.
 */
export async function runOrThrow(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, output } = await runCommand(command, args, options);
  if (exitCode === 0) return output;
  throw new Error(`${command} ${args.join(' ')} exited with ${exitCode}:\n${output.slice(-4_000)}`);
}
