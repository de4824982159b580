import { UserError } from '../errors.ts';
import type { EvaluationReport } from '../reports/evaluation-report.ts';

/**
 * Whether an evaluation permits a release of an artifact.
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
        ? 'Look at the failed rules of the evaluation.'
        : 'Give the gate more evaluation data, or set gate.when-inconclusive: warn in tidegate.yaml.',
  });
}
