import type { Finding } from '../doctor/finding.ts';
import type { PromotionOutcome } from '../promotion/outcome.ts';
import type { RetrainOutcome } from '../retrain/outcome.ts';

/** Result of a command, or the reason why nothing was done. */
export type CommandOutcome =
  | { readonly kind: 'promotion'; readonly outcome: PromotionOutcome }
  | { readonly kind: 'retrain'; readonly outcome: RetrainOutcome }
  | { readonly kind: 'examined'; readonly findings: readonly Finding[] }
  | { readonly kind: 'tag-not-trusted'; readonly version: string; readonly reason: string }
  | { readonly kind: 'no-environments' }
  | { readonly kind: 'unknown-environment'; readonly name: string; readonly known: readonly string[] }
  | RollbackRefusal
  | HoldOutcome
  | RebaselineOutcome
  | CommandRefusal;

/** A command of a person who may write. */
export interface RebaselineCommand {
  readonly model: string;
  readonly reason: string;
  readonly by: string;
  /** Number of the comment that it is in. */
  readonly comment: number;
  /** When it was written; epoch milliseconds. */
  readonly writtenAtMs: number;
  readonly pullRequest: number;
}

/** The result of accepting a new baseline. */
export type RebaselineOutcome =
  | { readonly kind: 'rebaselined'; readonly model: string; readonly headSha: string; readonly dataset: string }
  /** The pull request was closed without a merge. */
  | { readonly kind: 'rebaseline-closed' }
  /** The comment is under an issue. */
  | { readonly kind: 'no-pull-request' }
  /** No finished run of this commit judged the model. */
  | { readonly kind: 'rebaseline-without-report'; readonly headSha: string };

/** Why a version cannot be rolled back. */
export type RollbackRefusal =
  | { readonly kind: 'runs-no-known-version'; readonly environment: string }
  /** `reason`: why its tag is not trusted, where there is one. */
  | { readonly kind: 'no-such-version'; readonly wanted: string; readonly reason: string | undefined }
  | { readonly kind: 'runs-version'; readonly environment: string; readonly version: string }
  | { readonly kind: 'never-ran'; readonly environment: string; readonly version: string };

/** The result of holding a version, or of lifting holds. */
export type HoldOutcome =
  | { readonly kind: 'names-no-environment' }
  | { readonly kind: 'nothing-to-hold' }
  | { readonly kind: 'already-held'; readonly issue: number; readonly version: string }
  | { readonly kind: 'held'; readonly issue: number; readonly version: string; readonly environment: string }
  | { readonly kind: 'lifted'; readonly issue: number; readonly version: string; readonly environment: string }
  | { readonly kind: 'nothing-held' };

/** Why the words of a command are not right. `usage`: as it is in the table of commands. */
export type ArgumentRefusal =
  | { readonly kind: 'too-few-words'; readonly usage: string }
  | { readonly kind: 'too-many-words'; readonly usage: string; readonly extra: string }
  | {
      readonly kind: 'unknown-model';
      readonly name: string;
      readonly known: readonly string[];
      readonly nearest: string | undefined;
    };

/** Why a command is not carried out at all. */
export type CommandRefusal =
  | ArgumentRefusal
  /** `nearest`: the command that was perhaps meant. */
  | { readonly kind: 'unknown-command'; readonly name: string; readonly nearest: string | undefined }
  | { readonly kind: 'needs-write' }
  | { readonly kind: 'no-config' }
  /** The command takes no model, and there are several. */
  | { readonly kind: 'place-of-no-model'; readonly models: readonly string[] }
  /** An error stopped it. */
  | { readonly kind: 'failed'; readonly problems: readonly { readonly message: string; readonly fix: string }[] }
  | { readonly kind: 'config-unreadable' }
  | { readonly kind: 'several-models'; readonly models: readonly string[] }
  /** It has to name one of several models wherever it is written: the judging job reads the comment alone. */
  | { readonly kind: 'rebaseline-of-no-model'; readonly models: readonly string[] };
