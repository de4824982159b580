import { z } from 'zod';
import { escapeText } from '../text/escape.ts';
import { inlineCode } from '../text/inline-code.ts';
import { formatDataBlock, formatMarker, parseDataBlock } from '../text/marker.ts';

/** Content of a pull request that records what a version was trained on. */
export interface RecordView {
  readonly model: string;
  readonly version: string;
  /** The commit that was trained. */
  readonly commit: string;
  /** Names of the stages, and the dvc.lock of each. */
  readonly stages: readonly { readonly file: string; readonly stage: string }[];
  /** Paths of outputs that Git keeps (`cache: false`) and that come with the entries. */
  readonly files: readonly string[];
  /** Dependencies that the default branch has changed since; undefined where the host does not list all changes. */
  readonly changed: readonly string[] | undefined;
  /** Why it must not be merged any more; a clause. */
  readonly obsolete?: string | undefined;
}

const recordData = z.object({ version: z.string().max(128), isObsolete: z.boolean().optional() });

/** Data of the hidden block of such a body; undefined if it was tampered with or is missing. */
export function parseRecordData(body: string): z.infer<typeof recordData> | undefined {
  const parsed = recordData.safeParse(parseDataBlock(body));
  return parsed.success ? parsed.data : undefined;
}

/** Writes the pull request. */
export function renderRecord(view: RecordView): { readonly title: string; readonly body: string } {
  const { model, version, commit, stages, obsolete } = view;
  const name = `${model} v${version}`;
  const parts = [
    formatMarker('record', model),
    `### Tidegate · ${name} · record of its training`,
    obsolete === undefined
      ? explain(view)
      : `Do not merge: ${escapeText(obsolete, 1000)}. This pull request is closed.`,
    stages.map(({ file, stage }) => `- ${inlineCode(stage)} in ${inlineCode(file)}`).join('\n'),
    `Trained from ${commit}.`,
    formatDataBlock({ version, ...(obsolete === undefined ? {} : { isObsolete: true }) }),
  ];
  return { title: `Record what ${name} was trained on`, body: `${parts.join('\n\n')}\n` };
}

function explain({ version, changed, files }: RecordView): string {
  const what = `CI trained v${version}. This pull request brings the entries of its stages into dvc.lock${files.length === 0 ? '' : `, with their outputs that Git keeps: ${files.map((path) => inlineCode(path)).join(', ')}`}. Nothing else changes. Their objects are in the DVC remote: after the merge, ${inlineCode('dvc pull')} gives the registered bytes. It registers no new version.`;
  if (changed === undefined) {
    return `${what}\n\nThe default branch has changed too many files since then to list them: ${inlineCode('dvc status')} tells which dependencies are newer.`;
  }
  if (changed.length === 0) return what;
  const paths = changed
    .slice(0, 20)
    .map((path) => inlineCode(path))
    .join(', ');
  const more = changed.length > 20 ? ` and ${changed.length - 20} more` : '';
  return `${what}\n\nSince then the default branch has changed ${paths}${more}: ${inlineCode('dvc status')} reports this until a newer version is recorded.`;
}
