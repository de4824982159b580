import type { Issue, Issues } from '../../ports/github/issues.ts';
import { type HoldCause, parseHold } from '../../render/promotion/hold.ts';

/** A version that does not go into an environment while its issue is open. */
export interface Hold {
  readonly issue: number;
  readonly environment: string;
  readonly version: string;
  readonly digest: string;
  /** Its cause; undefined if it does not say. */
  readonly cause?: HoldCause | undefined;
  /** false: someone lifted it. */
  readonly isOpen: boolean;
}

/** Issues that hold promotions back. */
export interface PromotionControls {
  /** Numbers of the open issues that stop the line. */
  readonly stoppedBy: readonly number[];
  /** Open and lifted ones. */
  readonly holds: readonly Hold[];
}

/** The issues that control the promotions of all models of a repository. */
export interface IssuesOfControl {
  /** Open ones. */
  readonly stops: readonly Issue[];
  /** Open and closed ones. */
  readonly holds: readonly Issue[];
}

/** Reads the issues that control promotions. */
export async function readControlIssues(issues: Pick<Issues, 'list'>): Promise<IssuesOfControl> {
  return { stops: await issues.list('tidegate/stop', 'open'), holds: await issues.list('tidegate/hold', 'all') };
}

/**
 * Holds and stops of one model from its issues. The label that stops the line can be set by people with triage rights only; a hold
 * counts where our own App opened it, since anyone may open an issue.
 */
export function controlsOf(
  {
    model,
    environments,
    self,
  }: { readonly model: string; readonly environments: readonly string[]; readonly self: string },
  { stops, holds }: IssuesOfControl,
): PromotionControls {
  const own = holds
    .filter(({ author }) => author === self)
    .flatMap(({ number, body, isOpen }) =>
      environments.flatMap((environment) => {
        const data = parseHold(body, model, environment);
        return data === undefined ? [] : [{ issue: number, environment, ...data, isOpen }];
      }),
    );
  return { stoppedBy: stops.map(({ number }) => number), holds: own };
}

/** The open holds of a digest in an environment. */
export function openHoldsOf(
  { holds }: PromotionControls,
  { environment, digest }: { readonly environment: string; readonly digest: string },
): readonly Hold[] {
  return holds.filter((hold) => hold.isOpen && hold.environment === environment && hold.digest === digest);
}

/** Digests that open issues hold back from an environment. */
export function heldDigests({ holds }: PromotionControls, environment: string): readonly string[] {
  return holds.filter((hold) => hold.isOpen && hold.environment === environment).map(({ digest }) => digest);
}

/** The same controls after a hold was opened. */
export function withHold(controls: PromotionControls, hold: Hold): PromotionControls {
  return { ...controls, holds: [...controls.holds, hold] };
}

/** The same controls after issues were closed. */
export function withoutHolds(controls: PromotionControls, issues: readonly number[]): PromotionControls {
  const holds = controls.holds.map((hold) => (issues.includes(hold.issue) ? { ...hold, isOpen: false } : hold));
  return { ...controls, holds };
}
