import type { RecordOutcome } from '../../domain/train/record-outcome.ts';

/** One line of plain text about recording, for the log. */
export function describeRecordOutcome(outcome: RecordOutcome): string {
  switch (outcome.kind) {
    case 'not-configured':
      return 'train.record is not set in tidegate.yaml';
    case 'no-version':
      return 'no version is trusted';
    case 'nothing-recorded':
      return `v${outcome.version} has no entries of dvc.lock`;
    case 'recorded':
      return `the default branch has the entries of v${outcome.version}${closedText(outcome.closed)}`;
    case 'does-not-fit':
      return `v${outcome.version} is not recorded: ${outcome.reason}${closedText(outcome.closed)}`;
    case 'declined':
      return `v${outcome.version} was proposed before, and its pull request was closed`;
    case 'changed-by-person':
      return `#${outcome.number} was changed by a person: not updated`;
    case 'cannot-record':
      return `${outcome.message}. ${outcome.fix}`;
    case 'opened':
      return `opened #${outcome.number} for v${outcome.version}`;
    case 'updated':
      return `updated #${outcome.number} to v${outcome.version}`;
    case 'up-to-date':
      return `#${outcome.number} has the entries of v${outcome.version}`;
  }
}

function closedText(closed: number | undefined): string {
  return closed === undefined ? '' : `; closed #${closed}`;
}
