import type { RunReport } from '../reports/run-report.ts';
import { renderTable } from './table.ts';
import { inlineCode } from './text/inline-code.ts';

/** The step summary of train: stages, metrics and where the artifact came from. */
export function renderRun(run: RunReport, ran: boolean): string {
  const stages = run.stages.map(({ name, ran: did, seconds }) => [
    inlineCode(name),
    did ? 'ran' : 'up to date',
    seconds === null ? '' : `${seconds.toFixed(1)} s`,
  ]);
  const metrics = Object.entries(run.metrics).map(([name, value]) => [
    inlineCode(name),
    value === null ? 'none' : String(value),
  ]);
  return [
    `### Training of ${inlineCode(run.model)}: ${ran ? 'done' : 'nothing had changed'}`,
    `Artifact ${inlineCode(run.artifact.path)}, ${run.artifact.sizeBytes} bytes, ${inlineCode(run.artifact.digest)}`,
    renderTable(['stage', '', 'time'], stages),
    metrics.length === 0 ? '' : renderTable(['metric', 'value'], metrics),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

/** What the commands of a training wrote to their step summary, under a title that says so. */
export function renderCommandSummaries(summaries: readonly string[]): string {
  return `\n## Written by the training\n\n${summaries.join('\n\n')}\n`;
}
