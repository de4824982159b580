import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { filesOf, logLines } from '../../core/adapters/files/log-lines.ts';
import type { DriftConfig } from '../../core/config/drift-config.ts';
import type { ScoredModelConfig } from '../../core/config/tidegate-config.ts';
import type { LogCounts } from '../../core/domain/serving-log/join-log.ts';
import type { LoggedRow } from '../../core/domain/serving-log/log-format.ts';
import { readServingLog } from '../../core/usecases/drift/read-serving-log.ts';
import type { ShownPath } from '../../core/usecases/evaluate/evaluation-request.ts';
import type { ActionContext } from '../action-context.ts';

/** The current data as a table; the log that it was made from, where it is one. */
export interface CurrentTable extends ShownPath {
  readonly log?: LogCounts;
}

/**
 * Makes a table of the log of a server, in the runner's temporary folder; a table stays what it is.
 *
 * @throws {UserError} DATA_NOT_FOUND without files, and for what the log cannot be read by.
 */
export async function openServingLog(
  { env, log }: Pick<ActionContext, 'env' | 'log'>,
  { config, drift }: { readonly config: ScoredModelConfig; readonly drift: DriftConfig },
  current: ShownPath,
): Promise<CurrentTable> {
  const { format } = drift;
  if (format === 'table') return current;
  const files = await filesOf(current.absolute);
  const { rows, counts } = await readServingLog(logLines(files), {
    ...{ format, prediction: drift.predictions },
    features: config.data.features,
    time: config.data.time,
    key: config.evaluate.key,
  });
  log.info(`Read ${counts.requests} requests with ${counts.rows} rows from ${files.length} files of ${current.shown}`);
  const folder = join(env.RUNNER_TEMP ?? tmpdir(), 'tidegate', 'serving-log');
  await mkdir(folder, { recursive: true });
  const absolute = join(folder, 'current.jsonl');
  await pipeline(Readable.from(linesOf(rows)), createWriteStream(absolute));
  return { ...current, absolute, log: counts };
}

function* linesOf(rows: Iterable<LoggedRow>): Iterable<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`;
}
