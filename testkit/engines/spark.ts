import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandEngine } from '../../core/adapters/warehouse/command-engine.ts';
import { SPARK } from '../../core/domain/warehouse/dialects/spark.ts';
import { findFreePorts } from '../http.ts';
import type { EngineTables } from './engine-tables.ts';
import { orStop, type StartedEngine, startServer, untilReady } from './started-engine.ts';

/** Starts Spark's Thrift server on this machine, asked by beeline. It takes 10 to 30 s and 2 GB. */
export async function startSpark(
  { home, java }: { readonly home: string; readonly java: string },
  tables: EngineTables,
): Promise<StartedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-spark-'));
  const [port = 0] = await findFreePorts(1);
  const env = { ...process.env, JAVA_HOME: java, SPARK_LOCAL_IP: '127.0.0.1', SPARK_HOME: home };
  const settings = {
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.host': '127.0.0.1',
    'spark.ui.enabled': 'false',
    'spark.sql.shuffle.partitions': '4',
    'spark.sql.session.timeZone': 'America/New_York',
  };
  // Binary mode: that of HTTP listens on all addresses of the machine.
  const server = startServer(
    join(home, 'bin', 'spark-submit'),
    [
      ...['--class', 'org.apache.spark.sql.hive.thriftserver.HiveThriftServer2'],
      ...['--master', 'local[2]', '--driver-memory', '2g'],
      ...Object.entries(settings).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
      'spark-internal',
      ...['--hiveconf', 'hive.server2.transport.mode=binary'],
      ...['--hiveconf', 'hive.server2.thrift.bind.host=127.0.0.1', '--hiveconf', `hive.server2.thrift.port=${port}`],
    ],
    { cwd: folder, env },
  );
  const beeline = `${join(home, 'bin', 'beeline')} -u jdbc:hive2://127.0.0.1:${port} -n tidegate --silent=true --outputformat=csv2 --showHeader=true -f /dev/stdin`;
  const engine = new CommandEngine({
    dialect: SPARK,
    command: beeline,
    format: 'csv',
    timeoutMs: 180_000,
    directory: folder,
    env,
    place: { file: 'tidegate.yaml' },
  });
  await orStop(server, () => untilReady(() => engine.query({ sql: 'SELECT 1 AS c0', kinds: ['number'] }), server));
  return {
    engine,
    config: `{ dialect: spark, command: ${JSON.stringify(`JAVA_HOME=${java} SPARK_HOME=${home} ${beeline}`)} }`,
    address: (table) => `sql://(SELECT * FROM parquet.\`${tables[table]?.file('parquet') ?? ''}\`)`,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
