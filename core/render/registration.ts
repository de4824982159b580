import type { ModelVersionReport } from '../reports/model-version-report.ts';
import { comparedWords, originWords } from './evaluation/dataset-origin.ts';
import { rebaselineWords } from './evaluation/evaluation-headline.ts';
import { escapeText } from './text/escape.ts';
import { inlineCode } from './text/inline-code.ts';
import { renderTable } from './text/table.ts';

/** Content of register's summary. */
export interface RenderedRegistration {
  readonly version: string;
  readonly tag: string;
  readonly created: boolean;
  readonly reason: string;
  readonly report: ModelVersionReport;
}

/** The step summary of register. */
export function renderRegistration({ version, tag, created, reason, report }: RenderedRegistration): string {
  const title = created
    ? `🏷️ registered v${version}`
    : `no new version: v${version} is unchanged (${escapeText(reason)})`;
  const rows = [
    ['tag', inlineCode(tag)],
    ['artifact', inlineCode(report.artifact.uri)],
    ['digest', inlineCode(report.artifact.digest)],
    ['size', `${report.artifact.sizeBytes.toLocaleString('en')} bytes in ${report.artifact.files.length} files`],
    ['commit', inlineCode(report.lineage.commit)],
    ...datasetRows(report),
    ...(report.image === undefined ? [] : [['image', inlineCode(report.image.reference)]]),
  ];
  return `### Tidegate · ${escapeText(report.name)} · ${title}\n\n${renderTable(['', ''], rows)}\n`;
}

function datasetRows({ dataset }: ModelVersionReport): readonly string[][] {
  // Without rows, the digest is of nothing.
  if (dataset?.digest === undefined || dataset.kind === 'numbers') return [];
  const compared = comparedWords(dataset);
  return [
    [
      dataset.kind === 'examples' ? 'ids of the examples' : 'dataset',
      `${inlineCode(dataset.digest)} ${escapeText(originWords(dataset))}`.trim(),
    ],
    ...(dataset.rebaseline === undefined ? [] : [['new baseline', rebaselineWords(dataset.rebaseline)]]),
    ...(compared === '' ? [] : [['dataset of the pull request', escapeText(compared)]]),
  ];
}
