import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpFetch } from '../../core/adapters/http/http-fetch.ts';
import { TrinoEngine } from '../../core/adapters/warehouse/trino-engine.ts';
import { TRINO } from '../../core/domain/warehouse/dialects/trino.ts';
import { findFreePorts } from '../http.ts';
import type { EngineTables, EngineType } from './engine-tables.ts';
import { orStop, type StartedEngine, startServer, untilReady } from './started-engine.ts';

const TYPES: Readonly<Record<EngineType, string>> = {
  BIGINT: 'bigint',
  DOUBLE: 'double',
  VARCHAR: 'varchar',
  TIMESTAMP: 'timestamp(3)',
  BOOLEAN: 'boolean',
  DATE: 'date',
};

/** Starts Trino on a free port of this machine, with tables over files of Parquet. It takes 10 to 30 s and 2 to 3 GB. */
export async function startTrino(
  { home, java }: { readonly home: string; readonly java: string },
  tables: EngineTables,
): Promise<StartedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-trino-'));
  const [port = 0] = await findFreePorts(1);
  await writeSettings(folder, port);
  const env = { ...process.env, JAVA_HOME: java, PATH: `${join(java, 'bin')}:${process.env.PATH ?? ''}` };
  const args = ['run', '--etc-dir', join(folder, 'etc'), '--data-dir', join(folder, 'data')];
  const server = startServer(join(home, 'bin', 'launcher'), args, { cwd: folder, env });
  const engine = new TrinoEngine({
    dialect: TRINO,
    url: `http://127.0.0.1:${port}`,
    user: 'tidegate',
    catalog: 'hive',
    schema: 'ml',
    timeoutMs: 120_000,
    fetch: createHttpFetch({}),
    sleep: async () => {},
    clockMs: () => performance.now(),
    place: { file: 'tidegate.yaml' },
  });
  await orStop(server, () => untilReady(() => engine.query({ sql: 'SELECT 1 AS c0', kinds: ['number'] }), server));
  // Statements that make tables answer with columns of their own.
  const run = (sql: string) => engine.query({ sql, kinds: ['number'] }).catch(expectDone);
  await orStop(server, async () => {
    await run('CREATE SCHEMA IF NOT EXISTS ml');
    for (const [name, { types, file }] of Object.entries(tables)) {
      const place = join(folder, 'warehouse', name);
      await mkdir(place, { recursive: true });
      await copyFile(file('parquet'), join(place, `${name}.parquet`));
      const columns = Object.entries(types).map(([column, type]) => `${TRINO.identifier(column)} ${TYPES[type]}`);
      const format = `WITH (format = 'PARQUET', external_location = 'local:///${name}')`;
      await run(`CREATE TABLE ${name} (${columns.join(', ')}) ${format}`);
    }
    // The coordinator answers a while before it has a node that reads tables.
    const [table] = Object.keys(tables);
    const counted = { sql: `SELECT COUNT(*) AS c0 FROM ${table}`, kinds: ['number'] } as const;
    await untilReady(() => engine.query(counted), server);
  });
  return {
    engine,
    config: `{ dialect: trino, url: "http://127.0.0.1:${port}", user: tidegate, catalog: hive, schema: ml }`,
    address: (table) => `sql://hive.ml.${table}`,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A statement without rows ends with another state or other columns; one that is refused is an error. */
function expectDone(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'WAREHOUSE_ANSWER_INVALID') return;
  throw error;
}

async function writeSettings(folder: string, port: number): Promise<void> {
  const files: Readonly<Record<string, readonly string[]>> = {
    'config.properties': [
      'coordinator=true',
      'node-scheduler.include-coordinator=true',
      `http-server.http.port=${port}`,
      `discovery.uri=http://127.0.0.1:${port}`,
      'query.max-memory-per-node=1GB',
      'task.concurrency=2',
      'web-ui.enabled=false',
    ],
    'node.properties': [
      'node.environment=test',
      'node.id=tidegate',
      `node.data-dir=${join(folder, 'data')}`,
      'node.internal-address=127.0.0.1',
      'node.bind-ip=127.0.0.1',
    ],
    'jvm.config': [
      '-server',
      '-Xmx3G',
      '-XX:+UseG1GC',
      '-XX:ReservedCodeCacheSize=256M',
      '-Djdk.attach.allowAttachSelf=true',
      '-Djdk.nio.maxCachedBufferSize=2000000',
      '--enable-native-access=ALL-UNNAMED',
    ],
    'catalog/hive.properties': [
      'connector.name=hive',
      'hive.metastore=file',
      'hive.metastore.catalog.dir=local:///catalog',
      'fs.native-local.enabled=true',
      `local.location=${join(folder, 'warehouse')}`,
      'hive.non-managed-table-writes-enabled=true',
    ],
  };
  await mkdir(join(folder, 'etc', 'catalog'), { recursive: true });
  await mkdir(join(folder, 'warehouse', 'catalog'), { recursive: true });
  for (const [name, lines] of Object.entries(files))
    await writeFile(join(folder, 'etc', name), `${lines.join('\n')}\n`);
}
