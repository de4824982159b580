import { z } from 'zod';
import { escapeText } from '../text/escape.ts';
import { inlineCode } from '../text/inline-code.ts';
import { formatDataBlock, formatMarker, hasMarker, parseDataBlock } from '../text/marker.ts';
import type { HoldCause } from './hold.ts';

const rollbackData = z.object({
  version: z.string().max(128),
  digest: z.string().max(100),
  /** Pull requests of before do not say. */
  cause: z.enum(['signal', 'deadline', 'person']).optional(),
});

/** Content of a rollback pull request. */
export interface RollbackView {
  readonly model: string;
  readonly environment: string;
  /** The version that is taken back. */
  readonly version: string;
  readonly digest: string;
  /** Value after the change: a version such as `v1.3.0`, or the previous value. */
  readonly to: string;
  /** The signal: failed health, or a person's words. */
  readonly reason: string;
  readonly files: readonly string[];
  /** The issue that holds the version back; undefined where a person rolled back without one. */
  readonly hold: number | undefined;
  readonly cause: HoldCause;
}

/** Writes a rollback pull request and its one commit. */
export function renderRollback(view: RollbackView) {
  const { model, environment, version, digest, to, reason, files, hold } = view;
  // A value of a manifest may have several lines, and the title begins the commit's message.
  const title = `Roll back ${model} in ${environment} to ${to.replace(/[\s\p{C}]+/gu, ' ')}`.slice(0, 250);
  const held =
    hold === undefined
      ? ''
      : `#${hold} holds v${version} back from ${environment}: close that issue to allow its promotion again.`;
  const parts = [
    formatMarker('rollback', model, environment),
    `### Tidegate · ${model} · ${environment} back to ${inlineCode(to)}`,
    `**v${version}** has failed in **${environment}**: ${escapeText(reason, 500)}`,
    `Merging this restores the exact previous values of the targets: ${files.map((file) => inlineCode(file)).join(', ')}. A rollback does not wait for soak, health or freeze.`,
    held,
    'Close this pull request without merging it to keep the running version.',
    formatDataBlock({ version, digest, cause: view.cause }),
  ];
  return {
    title,
    body: `${parts.filter((part) => part !== '').join('\n\n')}\n`,
    commitMessage: `${title}\n\nTidegate-Model: ${model}\nTidegate-Environment: ${environment}\nTidegate-Failed-Digest: ${digest}\n`,
  };
}

/** The version that a rollback takes back; undefined where it is of another model or environment. */
export function parseRollback(
  body: string,
  model: string,
  environment: string,
): z.infer<typeof rollbackData> | undefined {
  if (!hasMarker(body, formatMarker('rollback', model, environment))) return undefined;
  const parsed = rollbackData.safeParse(parseDataBlock(body));
  return parsed.success ? parsed.data : undefined;
}
