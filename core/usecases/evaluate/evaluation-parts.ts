import type { JudgedScores } from '../../domain/evaluation/judge-gate.ts';
import type { RuleOutcome } from '../../domain/evaluation/judge-rules.ts';
import type { TrainingFacts } from '../../domain/gate/training-evidence.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { JudgedContenders } from './contender-facts.ts';
import type { JudgingRequest } from './evaluation-request.ts';
import type { IdentifiedDataset } from './hash-dataset.ts';

/** Verdict of the base branch's gate on the same scores. */
export interface BaseJudgement {
  readonly verdict: EvaluationReport['verdict'];
  readonly outcomes: readonly RuleOutcome[];
  /** Why it could not be applied: a clause; null where it was. */
  readonly reason: string | null;
}

/** Everything that was found. */
export interface EvaluationParts {
  readonly request: JudgingRequest;
  readonly scored: JudgedContenders;
  readonly judged: JudgedScores;
  readonly base: BaseJudgement | null;
  /** Metrics that the trainings of both models wrote. */
  readonly training: TrainingFacts;
  readonly dataset: IdentifiedDataset;
  /** Result of the check of the data schema; absent where no schema is named. */
  readonly validation?: EvaluationReport['dataValidation'];
  /** Undefined where no table was read. */
  readonly table: TableDescription | undefined;
  /** First and last time of the rows, ISO 8601. */
  readonly span: { readonly from: string | null; readonly to: string | null };
}
