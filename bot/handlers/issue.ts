/** A label as GitHub's events give it. */
type EventLabel = string | { readonly name?: string } | null;

const CONTROLS = new Set(['tidegate/stop', 'tidegate/hold']);

/** Whether an issue with these labels may stop the line or hold a version. */
export function isControl(labels: readonly EventLabel[]): boolean {
  return labels.some((label) => CONTROLS.has(typeof label === 'string' ? label : (label?.name ?? '')));
}
