import { checkExamples, type ExampleTable, GROUP_COLUMN, ID_COLUMN } from '../../domain/examples/example-table.ts';
import { type MatchedExamples, matchExamples } from '../../domain/examples/match-examples.ts';
import type { ExampleMetric } from '../../domain/examples/resolve-custom-gate.ts';
import { type Grouping, parseGrouping } from '../../domain/policy/grouping.ts';
import type { TableColumn, TableDescription } from '../../domain/table/table.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { nearest } from '../../domain/text/nearest.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { Champion } from '../../ports/evaluate/champion-finder.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { ShownPath } from './evaluation-request.ts';
import { isTablePath } from './read-predictions.ts';
import { type ScoringPorts, scoreDataset } from './score-dataset.ts';

/** Chosen: examples are held in memory; an evaluation of this many is one of a dataset. */
const MOST_EXAMPLES = 5_000_000;

/** Columns of examples that gates read. */
export interface ExamplesPlan {
  readonly metrics: readonly ExampleMetric[];
  /** Those of the base branch's gate: they are read where they are there. */
  readonly alsoOfBase: readonly ExampleMetric[];
  /** As tidegate.yaml names it; undefined: `group`, if there is one. */
  readonly group: string | undefined;
  readonly slices: readonly string[];
}

/** The examples of a candidate. */
export interface OwnExamples {
  readonly table: TableDescription;
  readonly examples: ExampleTable;
  readonly grouping: Grouping;
  /** The columns that were read. */
  readonly metrics: readonly ExampleMetric[];
}

/** Dependencies of reading examples. */
export type ExamplesPorts = ScoringPorts & Pick<EvaluationPorts, 'fetchPredictions'>;

/**
 * Reads the examples of a candidate.
 *
 * @throws {UserError} DATA_NOT_FOUND, DATA_INVALID for a column that is not there and as `checkExamples`, DATA_UNSUPPORTED for
 *   more than 5 million.
 */
export async function readOwnExamples(path: ShownPath, plan: ExamplesPlan, ports: ScoringPorts): Promise<OwnExamples> {
  const table = await describe(path, ports);
  const names = table.columns.map(({ name }) => name);
  const grouping = groupingOf(plan.group, names);
  const wanted = [...plan.metrics.map(({ name }) => name), ...columnOf(grouping), ...plan.slices];
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw unknownColumn(unknown, path.shown, table.columns);
  const own = new Set(plan.metrics.map(({ name }) => name));
  const more = plan.alsoOfBase.filter(({ name }) => names.includes(name) && !own.has(name));
  const metrics = [...plan.metrics, ...more];
  const examples = await readTable(path, { table, metrics, others: wanted }, ports);
  return { table, examples, grouping, metrics };
}

/** The grouping of examples: a declared column, or `group` where the table has it. */
function groupingOf(declared: string | undefined, names: readonly string[]): Grouping {
  return parseGrouping(declared ?? (names.includes(GROUP_COLUMN) ? GROUP_COLUMN : 'none'), undefined);
}

function columnOf(grouping: Grouping): readonly string[] {
  return grouping.kind === 'none' ? [] : [grouping.column];
}

/**
 * The examples of the champion in the order of the candidate's. Whatever is wrong with them is a reason, not an error of the
 * candidate's author.
 */
export async function readChampionExamples(
  found: Champion & { readonly kind: 'found' },
  own: OwnExamples,
  { plan, ports }: { readonly plan: ExamplesPlan; readonly ports: ExamplesPorts },
): Promise<MatchedExamples> {
  try {
    const path = await championPath(found, ports);
    if (path === undefined) return { problem: 'its values per example are not kept' };
    const table = await describe(path, ports);
    const names = table.columns.map(({ name }) => name);
    const metrics = own.metrics.filter(({ name }) => names.includes(name));
    const groups = columnOf(own.grouping);
    const wasGrouped = plan.group === undefined && groups.length === 0 && names.includes(GROUP_COLUMN);
    if (wasGrouped) return { problem: `its examples have the column ${GROUP_COLUMN}, and the candidate's have none` };
    const others = groups.filter((name) => names.includes(name));
    const examples = await readTable(path, { table, metrics, others }, ports);
    return matchExamples(own.examples, examples, groups[0]);
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof ServiceError)) throw error;
    return { problem: error.message };
  }
}

async function championPath(
  { path, history }: Champion & { readonly kind: 'found' },
  { fetchPredictions }: ExamplesPorts,
): Promise<ShownPath | undefined> {
  if (isTablePath(path)) return { shown: "the champion's examples", absolute: path };
  if (history?.predictions === undefined) return undefined;
  return { shown: "the champion's registered examples", absolute: await fetchPredictions(history.predictions) };
}

async function describe({ shown, absolute }: ShownPath, { tables }: ScoringPorts): Promise<TableDescription> {
  const table = await tables.describe(absolute);
  const rows = await tables.rowsAbove(table, MOST_EXAMPLES);
  if (rows === null) return table;
  const what = `${shown} has ${formatCount(rows)} rows, and at most ${formatCount(MOST_EXAMPLES)} examples are judged`;
  throw new UserError('DATA_UNSUPPORTED', what, {
    fix: 'Write a random sample of the examples, the same for all models.',
  });
}

async function readTable(
  { shown }: ShownPath,
  read: {
    readonly table: TableDescription;
    readonly metrics: readonly ExampleMetric[];
    readonly others: readonly string[];
  },
  ports: ScoringPorts,
): Promise<ExampleTable> {
  const { table, others } = read;
  const metrics = read.metrics.map(({ name }) => name);
  const hasIds = table.columns.some(({ name }) => name === ID_COLUMN);
  const keep = [...new Set([...(hasIds ? [ID_COLUMN] : []), ...metrics, ...others])];
  const { columns } = await scoreDataset({ table, models: [], keep }, ports);
  return checkExamples({ shown, described: table.columns, columns }, metrics);
}

function unknownColumn(name: string, shown: string, columns: readonly TableColumn[]): UserError {
  const names = columns.map((column) => column.name);
  const near = nearest(name, names);
  const fix = near === undefined ? `Use one of ${names.slice(0, 20).join(', ')}.` : `Did you mean "${near}"?`;
  return new UserError('DATA_INVALID', `${shown} has no column "${name}"`, { fix });
}
