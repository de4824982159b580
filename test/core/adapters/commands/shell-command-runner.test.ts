import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ShellCommandRunner } from '../../../../core/adapters/commands/shell-command-runner.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { JobLog, LineReader } from '../../../../testkit/runner/log.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-shell-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A runner whose output goes through the testkit's reading of workflow commands. */
function start(env: Readonly<Record<string, string>> = {}) {
  const log = new JobLog();
  const reader = new LineReader((line) => log.take(line));
  const notes: string[] = [];
  const summaries: string[] = [];
  const runner = new ShellCommandRunner({
    isRunner: true,
    root,
    directory: root,
    env: { ...hostEnvironment(), RUNNER_TEMP: root, ...env },
    write: (chunk) => reader.push(Buffer.from(chunk)),
    note: (line) => notes.push(line),
    summary: (markdown) => summaries.push(markdown),
  });
  const run = (line: string, shell?: 'user') =>
    runner.run({ line, folder: '', variables: {}, ...(shell === undefined ? {} : { shell }) });
  return { run, log, reader, notes, summaries };
}

const COMMANDS = ['::error::evil', '::add-mask::secret', '::set-output name=a::b', '::stop-commands::x', '::x::'];

describe('ShellCommandRunner.run', () => {
  it.each<{ name: string; line: string; exitCode: number }>([
    { name: 'ends well', line: '', exitCode: 0 },
    { name: 'ends in the middle of a line', line: `printf '::error::cut'`, exitCode: 0 },
    { name: 'ends with an error on its other stream', line: `printf '::error::cut' >&2; exit 7`, exitCode: 7 },
    { name: 'is killed', line: `printf '::error::cut'; kill -9 $$`, exitCode: 137 },
  ])('takes what a command prints as text, and ours as commands again, when it $name', async ({ line, exitCode }) => {
    const { run, log, reader } = start();
    const printed = COMMANDS.map((command) => `echo '${command}'; echo ' ${command}' >&2`).join('; ');
    expect(await run(`${printed}; ${line || 'true'}`)).toMatchObject({ exitCode });
    expect(log.annotations).toEqual([]);
    for (const command of COMMANDS) expect(log.text).toContain(command);
    reader.push(Buffer.from('::error::ours\n'));
    expect(log.annotations).toMatchObject([{ message: 'ours' }]);
    expect(log.text).toContain('secret');
  });

  it('runs a stage by the shell that SHELL names, and anything else by /bin/sh', async () => {
    const pipe = 'set -o pipefail; false | true';
    const ofUser = start({ SHELL: '/bin/bash' });
    expect(await ofUser.run(`${pipe}; echo $?; shopt -q login_shell || echo plain`, 'user')).toMatchObject({
      exitCode: 0,
    });
    expect(ofUser.log.text).toMatch(/1\nplain/);
    expect(
      await start({ SHELL: '/bin/bash' }).run('test -z "$BASH_VERSION" || test -n "$POSIXLY_CORRECT"'),
    ).toMatchObject({
      exitCode: 0,
    });
    expect(await start({ SHELL: '' }).run('true', 'user')).toMatchObject({ exitCode: 0 });
  });

  it('never says before a command has ended how its commands are allowed again', async () => {
    const lines: string[] = [];
    const write = (chunk: Uint8Array) => lines.push(...Buffer.from(chunk).toString().trimEnd().split('\n'));
    const env = { ...hostEnvironment(), RUNNER_TEMP: root };
    const options = {
      isRunner: true,
      root,
      directory: root,
      env,
      note: () => {},
      summary: () => {},
    };
    const runner = new ShellCommandRunner({ ...options, write });
    await runner.run({ line: 'echo one; ps -ef > seen; env >> seen', folder: '', variables: {} });
    await runner.run({ line: 'echo two', folder: '', variables: {} });
    const tokens = lines.flatMap((line) => /^::stop-commands::([0-9a-f]{64})$/.exec(line)?.[1] ?? []);
    expect(new Set(tokens).size).toBe(2);
    expect(lines).toEqual(
      ['one', 'two'].flatMap((word, at) => [`::stop-commands::${tokens[at]}`, word, `::${tokens[at]}::`]),
    );
    expect(await readFile(path.join(root, 'seen'), 'utf8')).not.toContain(tokens[0]);
  });

  it.each<{ name: string; write: string }>([
    { name: 'appends to it', write: 'echo LD_PRELOAD=evil.so >> FILE' },
    { name: 'replaces it by a link', write: 'rm FILE; ln -s /etc/passwd FILE' },
    { name: 'replaces it by a pipe', write: 'rm FILE; mkfifo FILE' },
    { name: 'removes it', write: 'rm FILE' },
  ])('puts the runner’s own file back when a command $name', async ({ write }) => {
    const file = path.join(root, 'set_env_1');
    await writeFile(file, 'BEFORE=1\n');
    const { run, notes } = start({ GITHUB_ENV: file });
    await run(write.replaceAll('FILE', file));
    expect(await readFile(file, 'utf8')).toBe('BEFORE=1\n');
    expect(notes[0]).toContain('GITHUB_ENV');
    expect(await run('true')).toMatchObject({ exitCode: 0 });
    expect(notes).toHaveLength(2);
  });

  it('gives each command files of its own, which are gone afterwards', async () => {
    const temp = path.join(root, 'temp');
    await mkdir(temp);
    const { run, summaries } = start({ RUNNER_TEMP: temp, GITHUB_STEP_SUMMARY: path.join(root, 'summary') });
    await run('echo first >> $GITHUB_STEP_SUMMARY; cat $GITHUB_ENV $GITHUB_PATH $GITHUB_OUTPUT $GITHUB_STATE');
    await run('cat $GITHUB_STEP_SUMMARY; echo second >> $GITHUB_STEP_SUMMARY');
    expect(summaries).toEqual(['first\n', 'second\n']);
    expect(await readdir(temp)).toEqual([]);
  });

  it.each<{ name: string; write: string; most: number }>([
    { name: 'longer than a summary may be', write: 'head -c 3000000 /dev/zero > $GITHUB_STEP_SUMMARY', most: 524_288 },
    {
      name: 'a link to another file',
      write: 'rm $GITHUB_STEP_SUMMARY; ln -s /etc/passwd $GITHUB_STEP_SUMMARY',
      most: 0,
    },
    { name: 'a pipe', write: 'rm $GITHUB_STEP_SUMMARY; mkfifo $GITHUB_STEP_SUMMARY', most: 0 },
    { name: 'gone', write: 'rm $GITHUB_STEP_SUMMARY', most: 0 },
  ])('reads a bounded part of a summary that is $name', async ({ write, most }) => {
    const { run, summaries } = start();
    await run(write);
    await run(write);
    expect(Buffer.byteLength(summaries.join(''))).toBe(most);
  });
});
