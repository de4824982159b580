import type { RetrainOutcome } from '../../domain/retrain/outcome.ts';

/** One line of plain text about a retraining, for the log and for answers to commands. */
export function describeRetrainOutcome(outcome: RetrainOutcome): string {
  switch (outcome.kind) {
    case 'not-configured':
      return 'drift.retrain is not configured in tidegate.yaml';
    case 'no-drift-issue':
      return 'no drift issue is open';
    case 'no-drift':
      return `the verdict of the last check is ${outcome.verdict}`;
    case 'not-started':
      return outcome.reason;
    case 'already-running':
      return `${outcome.workflow} is already running`;
    case 'started':
      return `started ${outcome.workflow}${outcome.reason === undefined ? '' : `: ${outcome.reason}`}`;
    default:
      return textOfData(outcome);
  }
}

type DataOutcome = Exclude<
  RetrainOutcome,
  { kind: 'not-configured' | 'no-drift-issue' | 'no-drift' | 'not-started' | 'already-running' | 'started' }
>;

function textOfData(outcome: DataOutcome): string {
  switch (outcome.kind) {
    case 'no-new-data':
      return 'no new data was pushed';
    case 'data-refused':
      return `refused: ${outcome.branch} ${outcome.reason}`;
    case 'cannot-propose':
      return `${outcome.message}. ${outcome.fix}`;
    case 'same-data':
      return 'the pushed data are the same as on the default branch';
    case 'data-proposed-before':
      return 'these data were proposed before';
    case 'data-changed-by-person':
      return `#${outcome.number} was changed by a person: not updated`;
    case 'opened-data':
      return `opened #${outcome.number} with new data`;
    case 'data-up-to-date':
      return `#${outcome.number} has the new data`;
  }
}
