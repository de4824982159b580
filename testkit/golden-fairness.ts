import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../scripts/project-root.ts';

/** Rates by group, and what is made of them. */
export interface FairnessNumbers {
  readonly rates: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly measures: Readonly<Record<string, number>>;
  readonly privileged: Readonly<Record<string, number>>;
}

/** Rows in groups, and their numbers by fairlearn and scikit-learn: `test/golden/fairness.py`. */
export const FAIRNESS: {
  readonly threshold: number;
  readonly group: readonly string[];
  readonly label: readonly number[];
  readonly score: readonly number[];
  readonly weight: readonly number[];
  readonly plain: FairnessNumbers;
  readonly weighted: FairnessNumbers;
} = JSON.parse(readFileSync(join(PROJECT_ROOT, 'test/golden/fairness.json'), 'utf8'));
