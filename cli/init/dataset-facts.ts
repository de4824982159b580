import { resolve } from 'node:path';
import { mean, medianSorted } from 'simple-statistics';
import { DuckDbTableReader } from '../../core/adapters/duckdb/duckdb-table-reader.ts';
import type { BatchColumn, TableColumn, TableDescription } from '../../core/domain/table/table.ts';
import { DAY_MS } from '../../core/domain/time/day.ts';
import { PROJECT_MODULES } from '../../scripts/project-root.ts';

/** The kind of value that a model predicts. */
export type FoundTask = 'binary-classification' | 'multiclass-classification' | 'regression';

/** Facts about the task from a table. */
export interface DatasetFacts {
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  readonly label: string;
  readonly time: string | undefined;
  readonly task: FoundTask;
  /** Distinct days of the time column; undefined without one. */
  readonly days: number | undefined;
  /** Rows of each class, most frequent first; empty for a regression. */
  readonly classes: readonly { readonly value: string; readonly rows: number }[];
  /** The label's values are words. */
  readonly hasTextLabel: boolean;
  /** Mean absolute distance of the label from its median; what a model that always says the median would err by. */
  readonly medianError: number | undefined;
  /** The label has few whole numbers and no code says what they are: a class or a quantity. */
  readonly isTaskUnsure: boolean;
  /** The label was not named by code or by its name: it is the last column. */
  readonly isLabelGuessed: boolean;
}

/** Facts that are known before the table is read. */
export interface KnownColumns {
  /** The label, as a person named it. */
  readonly label?: string | undefined;
  /** Columns that code takes for the label, likeliest first. */
  readonly labels?: readonly string[];
  /** Columns that code reads as times. */
  readonly times?: readonly string[];
  readonly task?: FoundTask | undefined;
  /** The task of the code's estimators and metrics. */
  readonly taskOfCode?: 'classification' | 'regression' | undefined;
  /** Features that code names: none of them is the label. */
  readonly features?: readonly string[] | undefined;
}

const LABEL_NAME =
  /^(?:label|target|y|outcome|class|late|churn(?:ed)?|is_churn|exited|fraud|is_fraud|default|price|quality|species|diagnosis|survived|tag|sentiment|category|attrition|response|cnt|medv|medianhousevalue|median_house_value|charges|salary|income|rating)$/i;
/** More different whole numbers than this are a quantity, not classes. Chosen. */
const MOST_CLASSES = 20;
const BATCH_ROWS = 65_536;

/**
 * Reads a table's label and times.
 *
 * @returns Undefined where it has one column, or none of the label's name that was given.
 */
export async function readDatasetFacts(path: string, known: KnownColumns = {}): Promise<DatasetFacts | undefined> {
  const tables = new DuckDbTableReader({ env: process.env, nodeModules: PROJECT_MODULES, log: () => undefined });
  try {
    const table = await tables.describe(resolve(path));
    const label = labelOf(table.columns, known);
    if (label === undefined) return undefined;
    const time = timeOf(table.columns, known, label.name);
    const columns = time === undefined ? [label.name] : [label.name, time];
    const read = await readColumns(tables, table, columns);
    return summarise(read, {
      table,
      label: label.name,
      isLabelGuessed: label.isGuessed,
      time: read.days > 0 ? time : undefined,
      known,
    });
  } finally {
    await tables.close();
  }
}

/** The columns of a table. */
export async function readColumnNames(path: string): Promise<readonly string[]> {
  const tables = new DuckDbTableReader({ env: process.env, nodeModules: PROJECT_MODULES, log: () => undefined });
  try {
    return (await tables.describe(resolve(path))).columns.map(({ name }) => name);
  } finally {
    await tables.close();
  }
}

function labelOf(columns: readonly TableColumn[], { label, labels = [], features = [] }: KnownColumns) {
  const names = columns.map(({ name }) => name);
  if (label !== undefined) return names.includes(label) ? { name: label, isGuessed: false } : undefined;
  const said = labels.find((name) => names.includes(name)) ?? names.find((name) => LABEL_NAME.test(name));
  if (said !== undefined) return { name: said, isGuessed: false };
  const rest = names.filter((name) => !features.includes(name));
  const last = rest.at(-1);
  if (last === undefined || names.length < 2) return undefined;
  return { name: last, isGuessed: !(features.length > 0 && rest.length === 1) };
}

function timeOf(columns: readonly TableColumn[], { times = [] }: KnownColumns, label: string): string | undefined {
  const said = times.find((name) => columns.some((column) => column.name === name));
  return said ?? columns.find(({ type, name }) => type === 'time' && name !== label)?.name;
}

async function readColumns(tables: DuckDbTableReader, table: TableDescription, columns: readonly string[]) {
  const labels: (string | number)[] = [];
  const days = new Set<number>();
  for await (const batch of tables.read(table, { columns, batchRows: BATCH_ROWS })) {
    const [label, time] = batch.columns;
    for (let row = 0; row < batch.rows; row += 1) {
      const value = valueAt(label, row);
      if (value !== undefined) labels.push(value);
      const day = dayOf(valueAt(time, row));
      if (day !== undefined) days.add(day);
    }
  }
  return { labels, days: days.size };
}

/** ISO 8601 text is a time too. */
function dayOf(value: string | number | undefined): number | undefined {
  const instant = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : value;
  return typeof instant === 'number' && Number.isFinite(instant) ? Math.floor(instant / DAY_MS) : undefined;
}

/** Undefined for a missing value. */
function valueAt(column: BatchColumn | undefined, row: number): string | number | undefined {
  const value = column?.values[row];
  if (value === null || value === undefined || Number.isNaN(value)) return undefined;
  return value;
}

interface Summarised {
  readonly table: TableDescription;
  readonly label: string;
  readonly isLabelGuessed: boolean;
  readonly time: string | undefined;
  readonly known: KnownColumns;
}

function summarise(
  { labels, days }: { readonly labels: readonly (string | number)[]; readonly days: number },
  { table, label, isLabelGuessed, time, known }: Summarised,
): DatasetFacts {
  const counts = new Map<string, number>();
  for (const value of labels) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  const hasTextLabel = labels.some((value) => typeof value === 'string');
  const isQuantity =
    !hasTextLabel &&
    (labels.some((value) => typeof value === 'number' && !Number.isInteger(value)) || counts.size > MOST_CLASSES);
  const byContent: FoundTask = isQuantity
    ? 'regression'
    : counts.size <= 2
      ? 'binary-classification'
      : 'multiclass-classification';
  const isFewNumbers = !hasTextLabel && !isQuantity && counts.size > 2;
  const task = known.task ?? (isFewNumbers && known.taskOfCode === 'regression' ? 'regression' : byContent);
  const isBoolean = table.columns.find(({ name }) => name === label)?.type === 'boolean';
  const classes = [...counts].map(([value, rows]) => ({ value: isBoolean ? String(value === '1') : value, rows }));
  return {
    rows: labels.length,
    columns: table.columns,
    label,
    time,
    days: time === undefined ? undefined : days,
    hasTextLabel,
    isLabelGuessed,
    isTaskUnsure: known.task === undefined && isFewNumbers && known.taskOfCode === undefined,
    task,
    classes: task === 'regression' ? [] : classes.sort((a, b) => b.rows - a.rows),
    medianError: task === 'regression' ? medianError(labels.map(Number)) : undefined,
  };
}

function medianError(labels: readonly number[]): number | undefined {
  if (labels.length === 0) return undefined;
  const median = medianSorted(labels.toSorted((a, b) => a - b));
  return mean(labels.map((value) => Math.abs(value - median)));
}
