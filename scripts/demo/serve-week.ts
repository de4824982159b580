import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadNativeModule } from '../../core/adapters/native/native-module.ts';
import { PROJECT_MODULES } from '../project-root.ts';
import type { Stage } from './stage.ts';

const FEATURES = 'dep_hour, weekday, distance, departures_1h, late_share_3h, origin_late_day, dest_late_day';
const MANIFEST = 'k8s/overlays/production/model.yaml';
const NATIVE = { env: {}, nodeModules: PROJECT_MODULES };

/** Files of a served week. */
export interface ServedWeek {
  /** What the server logs: id, time, inputs and the score of each flight. */
  readonly log: string;
  /** What became true: id and label. */
  readonly outcomes: string;
}

/** Serves the flights of a week with the model that the manifest of production names, as a model server does. */
export async function serveWeek({ world, team, flights }: Stage, week: string): Promise<ServedWeek> {
  const folder = join(world.directory, 'served', week);
  await mkdir(folder, { recursive: true });
  const served = join(flights.weeks, `${week}.parquet`);
  const files = { log: join(folder, 'log.parquet'), outcomes: join(folder, 'outcomes.parquet') };
  const address = /storageUri: s3:\/\/flights-models\/(\S+)/.exec(await team.fileOnMain(MANIFEST))?.[1];
  const model = await world.download('flights-models', `${address}/model.onnx`);
  const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', NATIVE);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const read = await connection.runAndReadAll(`SELECT ${FEATURES} FROM read_parquet('${served}')`);
    const scores = await scoreRows(model, read.getRowsJson());
    await writeFile(join(folder, 'scores.csv'), `score\n${[...scores].join('\n')}\n`);
    const scored = `read_parquet('${served}') POSITIONAL JOIN read_csv('${join(folder, 'scores.csv')}', header = true)`;
    await connection.run(
      `COPY (SELECT id, date, ${FEATURES}, score FROM ${scored}) TO '${files.log}' (FORMAT parquet)`,
    );
    await connection.run(
      `COPY (SELECT id, late FROM read_parquet('${served}')) TO '${files.outcomes}' (FORMAT parquet)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return files;
}

/** The probability of late of each row. */
async function scoreRows(model: Uint8Array, rows: readonly (readonly unknown[])[]): Promise<Float32Array> {
  const { InferenceSession, Tensor } = await loadNativeModule('onnxruntime-node', NATIVE);
  const session = await InferenceSession.create(model);
  const features = new Tensor('float32', Float32Array.from(rows.flat(), Number), [rows.length, 7]);
  const { probabilities } = await session.run({ [session.inputNames[0] ?? '']: features });
  await session.release();
  const { data } = probabilities ?? {};
  if (!(data instanceof Float32Array)) throw new Error('the model of production has no output probabilities');
  return data.filter((_, at) => at % 2 === 1);
}
