/** A target's change in a pull request, as far as the check judges it. */
export interface ChangedEnvironment {
  readonly model: string;
  readonly environment: string;
  /** The version at the head; undefined where the value is no version of the model. */
  readonly version: string | undefined;
  /** The value at the head, for people. */
  readonly text: string;
  /** Upstream environments that do not hold the same digest. */
  readonly missingUpstream: readonly string[];
  /** Gates that are configured and that this version cannot decide: they keep the check waiting. */
  readonly undecidedGates: readonly string[];
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
  const unknown = changes.filter(({ version }) => version === undefined);
  const waiting = changes.filter(
    ({ version, missingUpstream, undecidedGates }) =>
      version !== undefined && (missingUpstream.length > 0 || undecidedGates.length > 0),
  );
  const findings = changes.map(describeChange);
  if (unknown.length > 0) {
    return { conclusion: 'failure', title: 'A target names no registered version', findings };
  }
  if (waiting.length > 0) return { conclusion: 'pending', title: `Waits: ${findings[0] ?? ''}`, findings };
  return { conclusion: 'success', title: 'Every gate is open', findings };
}

function describeChange(change: ChangedEnvironment): string {
  const { model, environment, version, text, missingUpstream, undecidedGates } = change;
  if (version === undefined) return `${model} in ${environment}: "${text}" is no registered version`;
  const waits = [
    ...missingUpstream.map((name) => `${name} does not hold v${version} yet`),
    ...undecidedGates.map((gate) => `${gate} is configured, and this version of Tidegate cannot decide it`),
  ];
  return `${model} v${version} in ${environment}: ${waits.length === 0 ? 'nothing to wait for' : waits.join('; ')}`;
}
