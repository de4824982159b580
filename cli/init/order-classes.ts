import type { KnownFacts } from './adoption.ts';
import type { DatasetFacts } from './dataset-facts.ts';

const POSITIVE_WORD =
  /^(?:1|true|yes|y|positive|pos|malignant|fraud(?:ulent)?|churn(?:ed)?|exited|spam|default(?:ed)?|late|delayed|bad|failed|failure|attrited(?: customer)?|toxic|sick|disease|anomal\w*|approved|survived|subscribed|>50k\.?)$/i;

/** The label's values in the order of the scores; undefined: they are sorted, as numbers are. */
export function classesOf(
  { repository, options }: KnownFacts,
  { table, isEncoded, notes }: { readonly table: DatasetFacts; readonly isEncoded: boolean; readonly notes: string[] },
): readonly string[] | undefined {
  if (table.task === 'regression' || !table.hasTextLabel || isEncoded) return undefined;
  const values = table.classes.map(({ value }) => value);
  const { labelOrder, positive } = repository.code;
  if (options.positive === undefined && labelOrder !== undefined && sameItems(labelOrder, values)) return labelOrder;
  const sorted = values.toSorted();
  if (table.task === 'multiclass-classification') return sorted;
  const [frequent, rare] = table.classes;
  const word = values.filter((value) => POSITIVE_WORD.test(value));
  const known =
    options.positive ??
    (positive !== undefined && values.includes(positive) ? positive : word.length === 1 ? word[0] : undefined);
  if (known === undefined && (frequent?.rows ?? 0) < 1.5 * (rare?.rows ?? 0))
    notes.push(
      `Of the classes ${sorted.join(' and ')}, ${rare?.value} is taken for the positive one. --positive says the other.`,
    );
  const chosen = known ?? rare?.value ?? '';
  return [...sorted.filter((value) => value !== chosen), chosen];
}

function sameItems(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}
