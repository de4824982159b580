import { UserError } from '../../errors.ts';
import type { Command, CommandRunner } from '../../ports/train/command-runner.ts';

/**
 * Runs a command that has to succeed.
 *
 * @param file Where it is written, for the annotation.
 * @throws {UserError} COMMAND_FAILED with the last lines of its output.
 */
export async function runCommand(command: Command, file: string, runner: CommandRunner): Promise<void> {
  const { exitCode, lastLines } = await runner.run(command);
  if (exitCode === 0) return;
  const output = lastLines.join('\n');
  const message = `the command ${JSON.stringify(command.line)} ended with exit code ${exitCode}${output === '' ? '' : `:\n${output}\n`}`;
  throw new UserError('COMMAND_FAILED', message, { fix: 'Fix the error in the output above.', place: { file } });
}
