import { describe, expect, it } from 'vitest';
import { ShellCommandRunner } from '../../../core/adapters/commands/shell-command-runner.ts';
import type { CommandRunner } from '../../../core/ports/train/command-runner.ts';
import { ScriptedCommandRunner } from '../../../testkit/fakes/scripted-command-runner.ts';
import { hostEnvironment } from '../../../testkit/host-environment.ts';
import { useFolders } from './folder-under-test.ts';

/** What every `CommandRunner` keeps, for commands that the fake was told about. */
function contract(name: string, create: () => Promise<CommandRunner>): void {
  describe(name, () => {
    const run = async (line: string) => (await create()).run({ line, folder: '', variables: {} });

    it('gives how a command ended, and its last lines', async () => {
      expect(await run('echo one; echo two')).toEqual({ exitCode: 0, lastLines: ['one', 'two'] });
      expect(await run('echo no >&2; exit 3')).toEqual({ exitCode: 3, lastLines: ['no'] });
    });

    it('takes a command that is not there for one that failed', async () => {
      const { exitCode, lastLines } = await run('tidegate-has-no-such-program');
      expect(exitCode).toBe(127);
      expect(lastLines.join('\n')).toContain('not found');
    });

    it('asks a program for its first line, and knows where it is absent', async () => {
      const runner = await create();
      expect(await runner.ask('printf', ['1.2\nmore'])).toBe('1.2');
      expect(await runner.ask('tidegate-has-no-such-program', ['--version'])).toBeUndefined();
    });
  });
}

const folderOf = useFolders();

contract('ShellCommandRunner', async () => {
  const root = await folderOf();
  const nothing = () => undefined;
  const env = { ...hostEnvironment(), RUNNER_TEMP: root };
  return new ShellCommandRunner({
    root,
    directory: root,
    env,
    isRunner: true,
    write: nothing,
    note: nothing,
    summary: nothing,
  });
});

contract('ScriptedCommandRunner', async () => {
  const ends = {
    'echo one; echo two': { exitCode: 0, lastLines: ['one', 'two'] },
    'echo no >&2; exit 3': { exitCode: 3, lastLines: ['no'] },
  };
  return new ScriptedCommandRunner(ends, { 'printf 1.2\nmore': '1.2' });
});
