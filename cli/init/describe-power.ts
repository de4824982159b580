import type { DatasetFacts } from './dataset-facts.ts';
import { smallestAccuracyMargin, smallestAucMargin, smallestErrorRatio } from './smallest-margin.ts';

/** Description of a test set and of the smallest difference that it can decide, as sentences. */
export function describePower(path: string, dataset: DatasetFacts): string {
  const { rows, days, task, classes } = dataset;
  const of = days === undefined ? '' : ` of ${days.toLocaleString('en')} days`;
  const size = `${path}: ${rows.toLocaleString('en')} rows${of}`;
  const [first, second] = classes;
  const [what, smallest] =
    task === 'regression'
      ? [', a number', `${(100 * smallestErrorRatio(rows)).toPrecision(2)} % of the mean absolute error`]
      : task === 'multiclass-classification'
        ? [`, ${classes.length} classes`, `${smallestAccuracyMargin(rows).toPrecision(2)} in accuracy`]
        : [
            `, ${(((second?.rows ?? 0) / Math.max(1, rows)) * 100).toFixed(1)} % of class ${second?.value ?? '(none)'}`,
            `${smallestAucMargin(second?.rows ?? 0, first?.rows ?? 0).toPrecision(2)} in ROC AUC`,
          ];
  const groups =
    days === undefined
      ? 'Rows that are not independent make it larger: name their group in evaluate.group.'
      : 'Rows of one day are not independent, which makes it larger; each report says by how much.';
  const few =
    days !== undefined && days < 10
      ? `\nOnly ${days} days: fewer than 10 are inconclusive. Use a longer test set, or set evaluate.group: none if rows are independent.`
      : '';
  return `${size}${what}.
The smallest difference that it can decide: ${smallest} (two equally good models, 80 % power, 95 % confidence). ${groups}${few}`;
}
