import type { SliceDeclaration } from '../evaluation/slice.ts';
import type { NamedResult } from '../metrics/check-counts.ts';
import type { MetricTask, ScoreMeaning } from '../metrics/metric.ts';
import type { CsvOptions } from '../table/table.ts';
import type { FairnessPolicy } from './fairness-policy.ts';
import { columnsOfGrouping, type Grouping } from './grouping.ts';
import type { RulePolicy } from './rule-policy.ts';

/** Roles of the data's columns. */
export interface DataPolicy {
  readonly label: string;
  readonly time?: string | undefined;
  /** In the order of the model's input. */
  readonly features?: readonly string[] | undefined;
  /** The column of a model's input. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  readonly csv?: CsvOptions | undefined;
  /** Neither features nor watched for drift. */
  readonly exclude: readonly string[];
  /** Path of the data schema. */
  readonly schema?: string | undefined;
  /** Columns of which its check shows no value. */
  readonly sensitive?: readonly string[] | undefined;
}

/** Rules for judging scored rows. */
export interface EvaluationPolicy {
  readonly grouping: Grouping;
  readonly weight?: string | undefined;
  /** Column of the predictions of cross-validation with the fold that tested the row. */
  readonly folds?: string | undefined;
  /** Column that identifies a row. */
  readonly key?: string | undefined;
  /** The label's values in the order of the model's probabilities. */
  readonly classes?: readonly (string | number | boolean)[] | undefined;
  readonly metrics?: readonly string[] | undefined;
  /** Meaning of the scores of a classifier; probabilities unless given. */
  readonly scores?: ScoreMeaning | undefined;
  readonly metricsFile?: string | undefined;
  readonly junitFile?: string | undefined;
  /** Files of results of other tools. */
  readonly results?: readonly NamedResult[] | undefined;
  /** In [0, 1]. */
  readonly decisionThreshold: number;
  readonly slices: readonly SliceDeclaration[];
  /** Columns by whose groups fairness is measured. */
  readonly fairness?: readonly FairnessPolicy[] | undefined;
  /** Smaller slices are listed, not judged. */
  readonly minRows: number;
  /** In (0.5, 1). */
  readonly confidence: number;
}

/** Parts of a model's entry in tidegate.yaml that decisions read, which `core/config` parses once. */
export interface ModelPolicy {
  readonly task: MetricTask;
  readonly data: DataPolicy;
  readonly evaluate: EvaluationPolicy;
  readonly gate: { readonly rules: readonly RulePolicy[] };
  readonly drift?: { readonly limits?: unknown } | undefined;
}

/** Columns of the dataset that judging reads, besides the features. */
export function columnsToJudge({ data, evaluate }: ModelPolicy): readonly string[] {
  const { grouping, weight, slices, folds, key, fairness = [] } = evaluate;
  const ofFolds = folds === undefined ? undefined : key;
  const optional = [data.time, ...columnsOfGrouping(grouping), weight, ofFolds].filter((name) => name !== undefined);
  const divided = [...slices, ...fairness].map(({ column }) => column);
  return [...new Set([data.label, ...optional, ...divided])];
}
