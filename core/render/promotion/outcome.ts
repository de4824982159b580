import type { MergeOutcome, PromotionOutcome, RollbackOutcome } from '../../domain/promotion/outcome.ts';

/** One line of plain text about an outcome, for the log and for answers to commands. People's words may be in it. */
export function describeOutcome(outcome: PromotionOutcome): string {
  const text = textOf(outcome);
  return outcome.environment === undefined ? text : `${outcome.environment}: ${text}`;
}

function textOf(outcome: PromotionOutcome): string {
  switch (outcome.kind) {
    case 'tag-not-trusted':
      return `not trusted: v${outcome.version}: ${outcome.reason}`;
    case 'nothing-to-propose':
      return outcome.reason;
    case 'closed':
      return `closed #${outcome.number}: ${outcome.reason}`;
    case 'holds-version':
      return `has v${outcome.version}`;
    case 'changed-by-person':
      return `#${outcome.number} was changed by a person: not updated`;
    case 'opened':
      return `opened #${outcome.number} for v${outcome.version}`;
    case 'updated':
      return `updated #${outcome.number} to v${outcome.version}`;
    case 'up-to-date':
      return `#${outcome.number} is up to date`;
    case 'cannot-edit':
      return `${outcome.message}. ${outcome.fix}`;
    default:
      return textOfRollback(outcome);
  }
}

function textOfRollback(outcome: (RollbackOutcome | MergeOutcome) & Pick<PromotionOutcome, 'environment'>): string {
  switch (outcome.kind) {
    case 'closed-overdue-rollbacks':
      return `closed ${listed(outcome.numbers)}`;
    case 'verified-late': {
      const word = describeLateVerification(outcome.version, outcome.environment ?? '');
      return `${word} Closed ${listed(outcome.closed)}`;
    }
    case 'opened-rollback':
      return `opened #${outcome.number}, which rolls v${outcome.version} back`;
    case 'already-rolled-back':
      return `already has ${outcome.value}`;
    case 'cannot-roll-back':
      return `cannot be rolled back: ${outcome.message}. ${outcome.fix}`;
    case 'closed-hold':
      return `closed hold #${outcome.number}`;
    default:
      return textOfMerge(outcome);
  }
}

function textOfMerge(outcome: MergeOutcome): string {
  const pullRequest = `#${outcome.number}`;
  switch (outcome.kind) {
    case 'base-changed':
      return `${pullRequest} is not for ${outcome.base}: a person changed its base`;
    case 'waits':
      return `${pullRequest} waits: ${outcome.reason}`;
    case 'document-expired':
      return `${pullRequest} is left to a person: the document of v${outcome.version}'s release has expired`;
    case 'just-updated':
      return `${pullRequest} was just updated: it is checked again`;
    case 'not-as-planned':
      return `${pullRequest} is not exactly what was planned: a person merges it`;
    case 'no-required-checks':
      return `${pullRequest} is left to a person: ${outcome.base} requires no checks`;
    case 'merged':
      return `merged ${pullRequest}`;
    case 'not-merged-yet':
      return `${pullRequest} is not merged yet: ${outcome.reason}`;
  }
}

/** The comment under a hold that a deadline opened, when its version is verified after all. */
export function describeLateVerification(version: string, environment: string): string {
  return `v${version} is verified in ${environment} now: it was only late.`;
}

function listed(numbers: readonly number[]): string {
  return numbers.map((number) => `#${number}`).join(', ');
}
