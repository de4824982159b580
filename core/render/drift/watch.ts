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

/** Writes the issue that says that nobody looks for drift. */
export function renderWatch(view: WatchView): { readonly title: string; readonly body: string } {
  const { workflow, reason, lastScheduledAt, models } = view;
  const parts = [
    formatMarker('watch', workflow),
    `${inlineCode(workflow)} ${escapeText(reason, 300)}. Until it runs again, nobody looks for drift of ${models.map((model) => inlineCode(model)).join(', ')}: that there is no alarm says nothing.`,
    'Enable it on the Actions page of this repository, or start it by hand once. GitHub disables schedules of repositories without commits for 60 days.',
    'This issue closes by itself when the schedule has run. Close it to say that this is wanted.',
    formatDataBlock({ lastScheduledAt: lastScheduledAt ?? null }),
  ];
  return { title: `Drift checks have stopped: ${workflow}`, body: `${parts.join('\n\n')}\n` };
}

/** The last run of which an issue tells; undefined where it is no such issue, or was tampered with. */
export function parseWatch(body: string, workflow: string): { readonly lastScheduledAt: string | null } | undefined {
  if (!hasMarker(body, formatMarker('watch', workflow))) return undefined;
  const parsed = watchData.safeParse(parseDataBlock(body));
  return parsed.success ? parsed.data : undefined;
}
