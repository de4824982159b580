import type {
  CommandOutcome,
  CommandRefusal,
  HoldOutcome,
  RollbackRefusal,
} from '../../domain/commands/command-outcome.ts';
import { doctorHeadline } from '../doctor.ts';
import { describeOutcome } from './outcome.ts';
import { describeRetrainOutcome } from './retrain-outcome.ts';

/** One line of plain text about what a command came to. People's words may be in it. */
export function describeCommandOutcome(outcome: CommandOutcome): string {
  switch (outcome.kind) {
    case 'promotion':
      return describeOutcome(outcome.outcome);
    case 'retrain':
      return describeRetrainOutcome(outcome.outcome);
    case 'examined':
      return doctorHeadline(outcome.findings);
    case 'tag-not-trusted':
      return `Not trusted: v${outcome.version}: ${outcome.reason}.`;
    case 'no-environments':
      return 'tidegate.yaml names no environment.';
    case 'unknown-environment':
      return `There is no environment "${outcome.name}". Known: ${outcome.known.join(', ') || 'none'}.`;
    default:
      return textOfRollback(outcome);
  }
}

function textOfRollback(outcome: RollbackRefusal | HoldOutcome | CommandRefusal): string {
  switch (outcome.kind) {
    case 'runs-no-known-version':
      return `${outcome.environment} runs no known version.`;
    case 'no-such-version': {
      const why = outcome.reason === undefined ? '' : ` Its tag is not trusted: ${outcome.reason}.`;
      return `There is no version ${outcome.wanted}.${why}`;
    }
    case 'runs-version':
      return `${outcome.environment} runs v${outcome.version}.`;
    case 'never-ran':
      return `${outcome.environment} has not run v${outcome.version} before: a rollback can only restore a version that ran there.`;
    default:
      return textOfHold(outcome);
  }
}

function textOfHold(outcome: HoldOutcome | CommandRefusal): string {
  switch (outcome.kind) {
    case 'names-no-environment':
      return 'Write the command in the promotion pull request of the environment that you mean.';
    case 'nothing-to-hold':
      return 'No version here can be held.';
    case 'already-held':
      return `#${outcome.issue} holds v${outcome.version} already.`;
    case 'held':
      return `#${outcome.issue} holds v${outcome.version} back from ${outcome.environment}.`;
    case 'lifted':
      return `Lifted #${outcome.issue}: v${outcome.version} in ${outcome.environment}.`;
    case 'nothing-held':
      return 'No version is held here.';
    default:
      return textOfRefusal(outcome);
  }
}

function textOfRefusal(refusal: CommandRefusal): string {
  switch (refusal.kind) {
    case 'unknown-command':
      return 'This command does not exist.';
    case 'needs-write':
      return 'Refused: this needs write permission in the repository.';
    case 'config-unreadable':
      return 'tidegate.yaml of the default branch cannot be read: /tidegate doctor says why.';
    case 'several-models':
      return `There are ${refusal.models.length} models: name the one that you mean at the end, such as /tidegate plan ${refusal.models[0]}. Models: ${refusal.models.slice(0, 20).join(', ')}.`;
  }
}
