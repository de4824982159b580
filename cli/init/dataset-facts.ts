import { resolve } from 'node:path';
import { mean, medianSorted } from 'simple-statistics';
import { DuckDbTableReader } from '../../core/adapters/duckdb/duckdb-table-reader.ts';
import type { BatchColumn, TableDescription } from '../../core/domain/table/table.ts';
import { DAY_MS } from '../../core/domain/time/day.ts';
import { PROJECT_MODULES } from '../../scripts/project-root.ts';

/** Facts about the task from a test set. */
export interface DatasetFacts {
  readonly rows: number;
  readonly label: string;
  readonly time: string | undefined;
  readonly task: 'binary-classification' | 'multiclass-classification' | 'regression';
  /** Distinct days of the time column; undefined without one. */
  readonly days: number | undefined;
  /** Rows of each class, most frequent first; empty for a regression. */
  readonly classes: readonly { readonly value: string; readonly rows: number }[];
  /** Mean absolute distance of the label from its median; what a model that always says the median would err by. */
  readonly medianError: number | undefined;
}

const LABEL_NAMES = ['label', 'target', 'y', 'outcome', 'class', 'late', 'churn', 'fraud', 'default', 'price'];
/** More different whole numbers than this are a quantity, not classes. Chosen. */
const MOST_CLASSES = 20;
const BATCH_ROWS = 65_536;

/**
 * Reads a test set's label and times.
 *
 * @param label The label's column, where it is known.
 * @returns Undefined where no column looks like a label.
 */
export async function readDatasetFacts(path: string, label?: string): Promise<DatasetFacts | undefined> {
  const tables = new DuckDbTableReader({ env: process.env, nodeModules: PROJECT_MODULES, log: () => undefined });
  try {
    const table = await tables.describe(resolve(path));
    const found = label ?? LABEL_NAMES.find((name) => table.columns.some((column) => column.name === name));
    if (found === undefined) return undefined;
    const time = table.columns.find(({ type }) => type === 'time')?.name;
    const columns = time === undefined ? [found] : [found, time];
    return summarise(await readColumns(tables, table, columns), { label: found, time });
  } finally {
    await tables.close();
  }
}

async function readColumns(tables: DuckDbTableReader, table: TableDescription, columns: readonly string[]) {
  const labels: (string | number)[] = [];
  const days = new Set<number>();
  for await (const batch of tables.read(table, { columns, batchRows: BATCH_ROWS })) {
    const [label, time] = batch.columns;
    for (let row = 0; row < batch.rows; row += 1) {
      const value = valueAt(label, row);
      if (value !== undefined) labels.push(value);
      const instant = valueAt(time, row);
      if (typeof instant === 'number') days.add(Math.floor(instant / DAY_MS));
    }
  }
  return { labels, days: days.size };
}

/** Undefined for a missing value. */
function valueAt(column: BatchColumn | undefined, row: number): string | number | undefined {
  const value = column?.values[row];
  if (value === null || value === undefined || Number.isNaN(value)) return undefined;
  return value;
}

function summarise(
  { labels, days }: { readonly labels: readonly (string | number)[]; readonly days: number },
  { label, time }: { readonly label: string; readonly time: string | undefined },
): DatasetFacts {
  const counts = new Map<string, number>();
  for (const value of labels) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  const isQuantity =
    labels.some((value) => typeof value === 'number' && !Number.isInteger(value)) ||
    (counts.size > MOST_CLASSES && labels.every((value) => typeof value === 'number'));
  const classes = [...counts].map(([value, rows]) => ({ value, rows })).sort((a, b) => b.rows - a.rows);
  const common = { rows: labels.length, label, time, days: time === undefined ? undefined : days };
  if (isQuantity) return { ...common, task: 'regression', classes: [], medianError: medianError(labels.map(Number)) };
  const task = counts.size <= 2 ? 'binary-classification' : 'multiclass-classification';
  return { ...common, task, classes, medianError: undefined };
}

function medianError(labels: readonly number[]): number | undefined {
  if (labels.length === 0) return undefined;
  const median = medianSorted(labels.toSorted((a, b) => a - b));
  return mean(labels.map((value) => Math.abs(value - median)));
}
