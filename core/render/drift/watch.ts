import { z } from 'zod';
import { escapeText } from '../text/escape.ts';
import { inlineCode } from '../text/inline-code.ts';
import { formatDataBlock, formatMarker, hasMarker, parseDataBlock } from '../text/marker.ts';

const watchData = z.object({ lastScheduledAt: z.string().max(40).nullable() });

/** A workflow that should look for drift and does not. */
export interface WatchView {
  /** Such as `model-watch.yml`. */
  readonly workflow: string;
  readonly reason: string;
  /** ISO 8601; undefined: never. */
  readonly lastScheduledAt: string | undefined;
  readonly models: readonly string[];
}

/** Writes the issue that says that no one looks for drift. */
export function renderWatch(view: WatchView): { readonly title: string; readonly body: string } {
  const { workflow, reason, lastScheduledAt, models } = view;
  const parts = [
    formatMarker('watch', workflow),
    `${inlineCode(workflow)} ${escapeText(reason, 300)}. Until it runs again, drift is not checked for ${models.map((model) => inlineCode(model)).join(', ')}; no alarm does not mean no drift.`,
    'Enable it on the Actions page of this repository, or start it by hand once. GitHub disables schedules after 60 days without commits.',
    'This issue is closed automatically when the schedule has run. Close this issue if the checks are stopped on purpose.',
    formatDataBlock({ lastScheduledAt: lastScheduledAt ?? null }),
  ];
  return { title: `Drift checks have stopped: ${workflow}`, body: `${parts.join('\n\n')}\n` };
}

/** The last run of which an issue tells; undefined for another issue, or one that was tampered with. */
export function parseWatch(body: string, workflow: string): { readonly lastScheduledAt: string | null } | undefined {
  if (!hasMarker(body, formatMarker('watch', workflow))) return undefined;
  const parsed = watchData.safeParse(parseDataBlock(body));
  return parsed.success ? parsed.data : undefined;
}
