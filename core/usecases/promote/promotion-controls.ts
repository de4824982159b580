import type { ControlIssues } from '../../ports/github/control-issues.ts';
import { type HoldCause, parseHold } from '../../render/promotion/hold.ts';

/** A version that does not go into an environment while its issue is open. */
export interface Hold {
  readonly issue: number;
  readonly environment: string;
  readonly version: string;
  readonly digest: string;
  /** What put it; undefined: it does not say. */
  readonly cause?: HoldCause | undefined;
  /** false: somebody lifted it. */
  readonly isOpen: boolean;
}

/** What keeps promotions back, in issues. */
export interface PromotionControls {
  /** Numbers of the open issues that stop the line. */
  readonly stoppedBy: readonly number[];
  /** Open and lifted ones. */
  readonly holds: readonly Hold[];
}

/**
 * Reads the issues that control a model's promotions. The label that stops the line can be set by people with triage
 * rights only; a hold counts where our own App opened it, since anyone may open an issue.
 */
export async function readControls(
  {
    model,
    environments,
    self,
  }: { readonly model: string; readonly environments: readonly string[]; readonly self: string },
  issues: ControlIssues,
): Promise<PromotionControls> {
  const [stops, held] = [await issues.list('tidegate/stop', 'open'), await issues.list('tidegate/hold', 'all')];
  const holds = held
    .filter(({ author }) => author === self)
    .flatMap(({ number, body, isOpen }) =>
      environments.flatMap((environment) => {
        const data = parseHold(body, model, environment);
        return data === undefined ? [] : [{ issue: number, environment, ...data, isOpen }];
      }),
    );
  return { stoppedBy: stops.map(({ number }) => number), holds };
}

/** The open holds of a digest in an environment. */
export function openHoldsOf(
  { holds }: PromotionControls,
  { environment, digest }: { readonly environment: string; readonly digest: string },
): readonly Hold[] {
  return holds.filter((hold) => hold.isOpen && hold.environment === environment && hold.digest === digest);
}
