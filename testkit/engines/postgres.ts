import { spawnSync } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { CommandEngine } from '../../core/adapters/warehouse/command-engine.ts';
import { POSTGRES } from '../../core/domain/warehouse/dialects/postgres.ts';
import { findFreePorts } from '../http.ts';
import { type EngineTables, TYPES_OF_POSTGRES } from './engine-tables.ts';
import { type Account, orStop, type StartedEngine, startServer, untilReady } from './started-engine.ts';

/** Starts PostgreSQL in a fresh folder and copies tables into it. It refuses to run as root. */
export async function startPostgres(programs: string, tables: EngineTables): Promise<StartedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-postgres-'));
  const user = accountOf('postgres');
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const init = ['--pgdata', data, '--username', 'tidegate', '--auth', 'trust', '--encoding', 'UTF8', '--no-sync'];
  const made = spawnSync(join(programs, 'initdb'), init, { ...user, encoding: 'utf8', cwd: folder });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const [port = 0] = await findFreePorts(1);
  const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder, '-c', 'fsync=off'];
  const server = startServer(join(programs, 'postgres'), args, { cwd: folder, env: process.env, user });
  const command = `${join(programs, 'psql')} --csv --quiet --no-psqlrc --set ON_ERROR_STOP=1 --host 127.0.0.1 --port ${port} --username tidegate postgres`;
  const engine = new CommandEngine({
    dialect: POSTGRES,
    command,
    format: 'csv',
    timeoutMs: 120_000,
    directory: folder,
    env: process.env,
    place: { file: 'tidegate.yaml' },
  });
  await orStop(server, () => untilReady(() => engine.query({ sql: 'SELECT 1 AS c0', kinds: ['number'] }), server));
  for (const [name, { types, file }] of Object.entries(tables)) {
    const columns = Object.entries(types).map(
      ([column, type]) => `"${column.replaceAll('"', '""')}" ${TYPES_OF_POSTGRES[type]}`,
    );
    const sql = `CREATE TABLE ${name} (${columns.join(', ')});\n\\copy ${name} FROM '${file('csv')}' WITH (FORMAT csv, HEADER, NULL '\\N')\n`;
    const loaded = spawnSync('/bin/sh', ['-c', command], { input: sql, encoding: 'utf8' });
    if (loaded.status !== 0) throw new Error(`psql failed: ${loaded.stderr}`);
  }
  return {
    engine,
    config: `{ dialect: postgres, command: ${JSON.stringify(command)} }`,
    address: (table) => `sql://public.${table}`,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Another user than root, where this is root. */
function accountOf(name: string): Account | undefined {
  if (userInfo().uid !== 0) return undefined;
  const idOf = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);
  return { uid: idOf('-u'), gid: idOf('-g') };
}
