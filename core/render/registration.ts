import type { ModelVersionReport } from '../reports/model-version-report.ts';
import { renderTable } from './table.ts';

/** What the summary of register tells. */
export interface RenderedRegistration {
  readonly version: string;
  readonly tag: string;
  readonly created: boolean;
  readonly reason: string;
  readonly report: ModelVersionReport;
}

/** The step summary of register. */
export function renderRegistration({ version, tag, created, reason, report }: RenderedRegistration): string {
  const title = created ? `🏷️ registered v${version}` : `nothing new: v${version} stands (${reason})`;
  const rows = [
    ['tag', `\`${tag}\``],
    ['artifact', `\`${report.artifact.uri}\``],
    ['digest', `\`${report.artifact.digest}\``],
    ['size', `${report.artifact.sizeBytes.toLocaleString('en')} bytes in ${report.artifact.files.length} files`],
    ['commit', `\`${report.lineage.commit}\``],
    ...(report.image === undefined ? [] : [['image', `\`${report.image.reference}\``]]),
  ];
  return `### Tidegate · ${report.name} · ${title}\n\n${renderTable(['', ''], rows)}\n`;
}
