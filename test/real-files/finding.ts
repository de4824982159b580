/** An input of which this project makes another value than a peer does. */
export interface Finding {
  readonly seed: number;
  readonly input: string;
  /** What this project makes of it. */
  readonly own: unknown;
  /** What the peer makes of it: a value, or a refusal. */
  readonly peer: unknown;
}

/** A finding as a person reads it. */
export function formatFinding({ seed, input, own, peer }: Finding): string {
  return [`seed ${seed}: ${input}`, `  own:  ${JSON.stringify(own)}`, `  peer: ${JSON.stringify(peer)}`].join('\n');
}
