import type { RunReport } from '../reports/run-report.ts';
import { renderTable } from './table.ts';

/** The step summary of train: stages, metrics and where the artifact came from. */
export function renderRun(run: RunReport, ran: boolean): string {
  const stages = run.stages.map(({ name, ran: did, seconds }) => [
    code(name),
    did ? 'ran' : 'up to date',
    seconds === null ? '' : `${seconds.toFixed(1)} s`,
  ]);
  const metrics = Object.entries(run.metrics).map(([name, value]) => [
    code(name),
    value === null ? 'none' : String(value),
  ]);
  return [
    `### Training of ${code(run.model)}: ${ran ? 'done' : 'nothing had changed'}`,
    `Artifact ${code(run.artifact.path)}, ${run.artifact.sizeBytes} bytes, ${code(run.artifact.digest)}`,
    renderTable(['stage', '', 'time'], stages),
    metrics.length === 0 ? '' : renderTable(['metric', 'value'], metrics),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

/** Text of the team's files: no markup of it is read as such. */
function code(text: string): string {
  return `\`${text.replace(/[`|\r\n]/g, ' ').slice(0, 200)}\``;
}
