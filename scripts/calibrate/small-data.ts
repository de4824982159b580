/** A law of small test sets of two classes. */
export interface SmallLaw {
  readonly name: string;
  readonly rows: number;
  readonly prevalence: number;
  /** Between the means of both classes, in standard deviations. */
  readonly distance: number;
  /** The share of the errors' variance that both models have in common. */
  readonly shared: number;
  /** The skill of the worse candidate; that of the champion is 1. */
  readonly worse: number;
}

/** Test sets as small as teams have them. */
export const SMALL_LAWS: readonly SmallLaw[] = [
  // ROC AUC 0.99, as the breast cancer data of scikit-learn.
  { name: 'nearly perfect', rows: 171, prevalence: 0.368, distance: 3.3, shared: 0.8, worse: 0.9 },
  { name: 'rare positives', rows: 200, prevalence: 0.04, distance: 2.5, shared: 0.8, worse: 0.9 },
  { name: 'thirty rows', rows: 30, prevalence: 0.4, distance: 1.5, shared: 0.8, worse: 0.9 },
  { name: 'a hundred rows', rows: 100, prevalence: 0.2, distance: 2, shared: 0.8, worse: 0.9 },
  // About one row in a hundred is decided differently.
  { name: 'few changed decisions', rows: 191, prevalence: 0.5, distance: 2.4, shared: 0.998, worse: 0.97 },
];
