import type { WaitingGate } from './gates.ts';

/** A target's change in a pull request, as far as the check judges it. */
export interface ChangedEnvironment {
  readonly model: string;
  readonly environment: string;
  /** The version at the head; undefined where the value is no version of the model. */
  readonly version: string | undefined;
  /** The value at the head, for people. */
  readonly text: string;
  /** Gates that are not open; none for a change back to an older version. */
  readonly waiting: readonly WaitingGate[];
}

/** The check `tidegate / promotion` of a commit. */
export interface PromotionCheck {
  readonly conclusion: 'success' | 'failure' | 'pending';
  readonly title: string;
  /** Plain lines, one a finding. */
  readonly findings: readonly string[];
}

/**
 * The check of a pull request by the targets that it changes: success at once where there are none; failure where a
 * target would name no known version; pending while a gate waits.
 */
export function decidePromotionCheck(changes: readonly ChangedEnvironment[]): PromotionCheck {
  if (changes.length === 0) {
    return { conclusion: 'success', title: 'No target of an environment changes', findings: [] };
  }
  const findings = changes.map(describeChange);
  if (changes.some(({ version }) => version === undefined)) {
    return { conclusion: 'failure', title: 'A target names no registered version', findings };
  }
  const [first] = changes.flatMap(({ waiting }) => waiting);
  if (first !== undefined) return { conclusion: 'pending', title: `Waits: ${describeGate(first)}`, findings };
  return { conclusion: 'success', title: 'Every gate is open', findings };
}

/** A gate and until when, in words; instants in UTC, to the minute. */
export function describeGate({ reason, untilMs }: WaitingGate): string {
  if (untilMs === undefined) return reason;
  // Never too early: a minute that has begun counts whole.
  const until = new Date(Math.ceil(untilMs / 60_000) * 60_000).toISOString();
  return `${reason}, until ${until.slice(0, 16).replace('T', ' ')} UTC`;
}

function describeChange({ model, environment, version, text, waiting }: ChangedEnvironment): string {
  if (version === undefined) return `${model} in ${environment}: "${text}" is no registered version`;
  const waits = waiting.length === 0 ? 'nothing to wait for' : waiting.map(describeGate).join('; ');
  return `${model} v${version} in ${environment}: ${waits}`;
}
