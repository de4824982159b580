import type {
  ArgumentRefusal,
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
    case 'rebaselined':
      return `Recorded for ${outcome.model}, commit ${outcome.headSha.slice(0, 12)} and the dataset ${outcome.dataset}. Where the champion cannot be compared with on it, the rules against the champion do not count, and the other rules decide. Run the workflow again to see the verdict. A new commit needs another decision.`;
    case 'no-pull-request':
      return 'Not done: this is not a pull request. Write the command in the pull request that changes the test set.';
    case 'rebaseline-closed':
      return 'Not done: this pull request was closed without a merge.';
    case 'rebaseline-without-report':
      return `Not done: when the command was written, no finished run of commit ${outcome.headSha.slice(0, 12)} had a report of this model, so that the dataset was not known. Read the report of that commit, then write the command again.`;
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
    case 'unknown-command': {
      const meant = refusal.nearest === undefined ? '' : ` Did you mean /tidegate ${refusal.nearest}?`;
      return `There is no command "${refusal.name}".${meant} These are the commands:`;
    }
    case 'needs-write':
      return 'Refused: this needs write permission in the repository. A person who has it can write the same command.';
    case 'no-config':
      return 'The default branch has no tidegate.yaml, so that there is nothing to do yet. Merge one first: /tidegate doctor says what else is missing.';
    case 'config-unreadable':
      return 'tidegate.yaml of the default branch cannot be read: /tidegate doctor says why.';
    case 'several-models':
      return `There are ${refusal.models.length} models: name the one that you mean at the end, such as /tidegate plan ${refusal.models[0]}. Models: ${listed(refusal.models)}.`;
    case 'rebaseline-of-no-model':
      return `There are ${refusal.models.length} models: write the name of the one that you mean before the reason, such as /tidegate rebaseline ${refusal.models[0]} <reason>. Models: ${listed(refusal.models)}.`;
    case 'place-of-no-model':
      return `There are ${refusal.models.length} models: write this command in a pull request or an issue that the bot opened for the one that you mean. Models: ${listed(refusal.models)}.`;
    case 'failed':
      return `Not done: ${refusal.problems
        .slice(0, MAX_PROBLEMS)
        .map(({ message, fix }) => `${message}. ${fix}`)
        .join(' ')}`;
    default:
      return textOfArguments(refusal);
  }
}

function textOfArguments(refusal: ArgumentRefusal): string {
  switch (refusal.kind) {
    case 'too-few-words':
      return `A word is missing. Write it as: /tidegate ${refusal.usage}`;
    case 'too-many-words':
      return `Not done: "${refusal.extra}" is not part of this command. Write it as: /tidegate ${refusal.usage}`;
    case 'unknown-model': {
      const meant = refusal.nearest === undefined ? '' : ` Did you mean ${refusal.nearest}?`;
      return `There is no model "${refusal.name}".${meant} Models: ${listed(refusal.known)}.`;
    }
  }
}

/** Chosen: more names or problems than an answer helps with. */
const [MAX_NAMES, MAX_PROBLEMS] = [20, 5] as const;

function listed(names: readonly string[]): string {
  return names.slice(0, MAX_NAMES).join(', ');
}
