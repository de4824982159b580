import { UserError } from '../../errors.ts';
import { isOfPairs, isOfRanking } from '../aggregates/aggregation-plan.ts';
import type { ResolvedGate } from '../gate/resolve-gate.ts';
import type { ModelPolicy } from '../policy/model-policy.ts';
import type { TableDescription } from '../table/table.ts';
import { formatCount } from '../text/format-number.ts';

/** Chosen: as many classes of which the order of scores is counted; the memory is 1 MB each and model. */
const MOST_RANKED_CLASSES = 50;

/** Chosen: each pair of classes takes two statements per model. */
const MOST_PAIRED_CLASSES = 10;

/** Parts of a configuration that are not computed from aggregates, by their names in tidegate.yaml; empty if all are. */
export function notAggregated({ task, evaluate }: ModelPolicy, gate: ResolvedGate): readonly string[] {
  const metrics = [...gate.metrics, ...gate.classMetrics];
  const classes = evaluate.classes?.length ?? 0;
  const isMulticlass = task === 'multiclass-classification';
  const tooMany = isMulticlass && classes > MOST_RANKED_CLASSES;
  return [
    ...(evaluate.folds === undefined ? [] : ['evaluate.folds']),
    // Groups are compared by the rows of clusters that they share.
    ...(evaluate.fairness === undefined ? [] : ['evaluate.fairness']),
    // Which classes there are is to be known before the first row.
    ...(isMulticlass && classes < 3 ? ['task: multiclass-classification without evaluate.classes'] : []),
    ...metrics
      .filter(
        (metric) =>
          metric.aggregated === undefined ||
          (tooMany && isOfRanking(metric)) ||
          (classes > MOST_PAIRED_CLASSES && isOfPairs(metric)),
      )
      .map(({ name }) => `the metric ${name}`),
  ];
}

/** The error for more rows than are held of what is not computed from aggregates. */
export function tooManyRows(
  { files }: TableDescription,
  { rows, most, left }: { readonly rows: number; readonly most: number; readonly left: readonly string[] },
): UserError {
  const what = `${files[0] ?? 'the dataset'} has ${formatCount(rows)} rows`;
  const known = `above ${formatCount(most)} these cannot be computed: ${left.join(', ')}`;
  return new UserError('DATA_UNSUPPORTED', `${what}, and ${known}`, {
    fix: 'Remove it from tidegate.yaml, or evaluate on a random sample of the rows.',
  });
}

/** Why rows cannot be judged by another policy: a clause; undefined where their outcome is the same for both. */
export function otherOutcome(own: ModelPolicy, other: ModelPolicy): string | undefined {
  const parts: readonly (readonly [string, (policy: ModelPolicy) => unknown])[] = [
    ['task', ({ task }) => task],
    ['data.label', ({ data }) => data.label],
    ['data.csv', ({ data }) => data.csv],
    ['evaluate.classes', ({ evaluate }) => evaluate.classes],
    ['evaluate.weight', ({ evaluate }) => evaluate.weight],
    ['evaluate.folds', ({ evaluate }) => evaluate.folds],
    ['evaluate.key', ({ evaluate }) => (evaluate.folds === undefined ? undefined : evaluate.key)],
  ];
  const changed = parts.filter(([, of]) => JSON.stringify(of(own)) !== JSON.stringify(of(other))).map(([key]) => key);
  if (changed.length === 0) return undefined;
  return `this pull request changes ${changed.join(' and ')}, so that its rows mean something else to the gate of the base branch`;
}

/** True if two configurations read the same of each row, so that the aggregates of one serve the other. */
export function readsTheSame(one: ModelPolicy, other: ModelPolicy): boolean {
  const read = ({ task, data, evaluate }: ModelPolicy) =>
    JSON.stringify([
      task,
      data.label,
      data.csv,
      evaluate.grouping,
      evaluate.classes,
      evaluate.decisionThreshold,
      evaluate.weight,
      evaluate.slices,
    ]);
  return read(one) === read(other);
}
