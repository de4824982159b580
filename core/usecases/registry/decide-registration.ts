import { UserError } from '../../errors.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { RunReport } from '../../reports/run-report.ts';

/**
 * True if an evaluation permits a release of an artifact.
 *
 * @param artifactDigest Of the bytes at hand, hashed now.
 * @throws {UserError} ARTIFACT_MISMATCH when other bytes were judged; VERDICT_REFUSED when the verdict is fail, or
 *   inconclusive and the gate does not only warn.
 */
export function decideRegistration(evaluation: EvaluationReport, artifactDigest: string): void {
  if (evaluation.candidate.digest !== artifactDigest) {
    throw new UserError(
      'ARTIFACT_MISMATCH',
      `the evaluation judged ${evaluation.candidate.digest}, but the artifact is ${artifactDigest}`,
      { fix: 'Register exactly the bytes that evaluate-and-gate judged in this run.' },
    );
  }
  const permitted =
    evaluation.verdict === 'pass' || (evaluation.verdict === 'inconclusive' && evaluation.whenInconclusive === 'warn');
  if (permitted) return;
  throw new UserError('VERDICT_REFUSED', `the verdict is ${evaluation.verdict}: this artifact is not registered`, {
    fix:
      evaluation.verdict === 'fail'
        ? 'Check the failed rules of the evaluation.'
        : 'Use more evaluation data, or set gate.when-inconclusive: warn in tidegate.yaml.',
  });
}

/**
 * The digest of what went into the training, on the word of the judging job, which computed it from the commit.
 *
 * @returns Null where that job could not, where inputs of the action train changed what ran, and without a run report.
 * @throws {UserError} INPUTS_MISMATCH where the training says another digest than the commit gives.
 */
export function confirmInputs(evaluation: EvaluationReport, run: RunReport | undefined): string | null {
  const computed = evaluation.inputsDigest ?? null;
  if (run === undefined || run.overridden === true || computed === null) return null;
  if (computed === run.inputsDigest) return computed;
  throw new UserError(
    'INPUTS_MISMATCH',
    `the training says that its inputs are ${run.inputsDigest}, but those of the commit are ${computed}`,
    {
      fix: 'Do not change files that Git or DVC tracks in a step before train; change parameters by its input set.',
    },
  );
}
