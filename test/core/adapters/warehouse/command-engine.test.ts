import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandEngine, type CommandOptions } from '../../../../core/adapters/warehouse/command-engine.ts';
import { dialectOf } from '../../../../core/domain/warehouse/dialects/dialect-of.ts';

const QUESTION = { sql: 'SELECT a AS c0, b AS c1 FROM t', kinds: ['number', 'text'] as const };
const PLACE = { file: 'tidegate.yaml', line: 2 };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-engine-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function engineOf(command: string, more: Partial<CommandOptions> = {}): CommandEngine {
  return new CommandEngine({
    dialect: dialectOf('postgres'),
    command,
    format: 'csv',
    timeoutMs: 20_000,
    directory: folder,
    env: { PATH: process.env.PATH, RUNNER_TEMP: folder },
    place: PLACE,
    ...more,
  });
}

const ANSWER = "printf 'c0,c1,tidegate_rows\\n7,x61,1\\n'";

describe('CommandEngine', () => {
  it('gives the statement on standard input and reads what is printed', async () => {
    expect(await engineOf(`cat > seen.sql; ${ANSWER}`).query(QUESTION)).toEqual([[7], ['a']]);
    const [seen] = await engineOf(
      `printf 'c0,tidegate_rows\\n%s,1\\n' "$(grep -c 'FROM (SELECT a AS c0, b AS c1 FROM t) AS p) AS q ON q.one = o.one;$' seen.sql)"`,
    ).query({ sql: 'SELECT 1 AS c0', kinds: ['number'] });
    expect(seen).toEqual([1]);
  });

  it('lets a client open its standard input by its name, and leaves no file behind', async () => {
    await expect(engineOf(`cat /dev/stdin > /dev/null && ${ANSWER}`).query(QUESTION)).resolves.toEqual([[7], ['a']]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps our inputs, tokens and credentials from the command, and leaves the vendor its own', async () => {
    const env = {
      PATH: process.env.PATH,
      'INPUT_GITHUB-TOKEN': 'secret',
      GITHUB_TOKEN: 'secret',
      ACTIONS_RUNTIME_TOKEN: 'secret',
      TIDEGATE_WAREHOUSE_PASSWORD: 'secret',
      TIDEGATE_WAREHOUSE_TOKEN: 'secret',
      PGPASSWORD: 'theirs',
    };
    const command = `printf 'c0,c1,tidegate_rows\\n%s,x,1\\n' "$(env | grep -c 'secret\\|theirs')"`;
    expect((await engineOf(command, { env }).query(QUESTION))[0]).toEqual([1]);
  });

  it.each([
    ['an exit code', 'echo boom >&2; exit 3', /exit code 3: boom/],
    ['an exit code after a whole answer', `${ANSWER}; exit 1`, /exit code 1/],
    ['a command that is not there', 'no-such-client-of-sql', /exit code 127/],
    ['a reason on standard output', 'echo "ERROR: no table t"; exit 1', /no table t/],
  ])('refuses %s, with the place of the command', async (_, command, message) => {
    await expect(engineOf(command).query(QUESTION)).rejects.toMatchObject({
      code: 'WAREHOUSE_REFUSED',
      message: expect.stringMatching(message),
      place: PLACE,
    });
  });

  it.each([
    ['nothing at all', 'true'],
    ['a table that breaks off', "printf 'c0,c1,tidegate_rows\\n7,x61,5\\n'"],
    ['another table', 'echo 1,2'],
  ])('takes no answer from %s', async (_, command) => {
    await expect(engineOf(command).query(QUESTION)).rejects.toMatchObject({
      code: 'WAREHOUSE_ANSWER_INVALID',
      place: PLACE,
    });
  });

  it('stops a client that takes too long, and all that it started', async () => {
    const started = performance.now();
    const engine = engineOf('sleep 60 & sleep 60', { timeoutMs: 300 });
    await expect(engine.query(QUESTION)).rejects.toMatchObject({
      code: 'WAREHOUSE_REFUSED',
      message: expect.stringMatching(/did not end/),
    });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('stops a client that prints without end', async () => {
    await expect(engineOf('yes', { mostBytes: 100_000 }).query(QUESTION)).rejects.toMatchObject({
      code: 'WAREHOUSE_REFUSED',
      message: expect.stringMatching(/printed more than 100000 bytes/),
    });
  });

  it('asks at most two questions at a time, each in its own process', async () => {
    const command = `mkdir run-$$; ls -d run-* | wc -l > most-$$; sleep 0.2; rmdir run-$$; ${ANSWER}`;
    const engine = engineOf(command);
    await Promise.all(Array.from({ length: 6 }, () => engine.query(QUESTION)));
    const counted = await engineOf('printf \'c0,tidegate_rows\\n%s,1\\n\' "$(cat most-* | sort -n | tail -1)"').query({
      sql: 'SELECT 1 AS c0',
      kinds: ['number'],
    });
    expect(Number(counted[0]?.[0])).toBeLessThanOrEqual(2);
  });
});
