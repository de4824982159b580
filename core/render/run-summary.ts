import type { RunReport } from '../reports/run-report.ts';
import { inlineCode } from './text/inline-code.ts';
import { renderTable } from './text/table.ts';

/** The step summary of train: stages, metrics and where the artifact came from. */
export function renderRun(run: RunReport, ran: boolean): string {
  const title = `### Training of ${inlineCode(run.model)}: ${ran ? 'done' : 'nothing had changed'}`;
  const { path, sizeBytes, digest } = run.artifact;
  return [title, `Artifact ${inlineCode(path)}, ${sizeBytes} bytes, ${inlineCode(digest)}`, ...tables(run)]
    .join('\n\n')
    .concat('\n');
}

/** The step summary of train without a model. */
export function renderStages(run: Pick<RunReport, 'stages' | 'metrics'>, ran: boolean): string {
  return [`### Stages: ${ran ? 'done' : 'nothing had changed'}`, ...tables(run)].join('\n\n').concat('\n');
}

function tables(run: Pick<RunReport, 'stages' | 'metrics'>): readonly string[] {
  const stages = run.stages.map(({ name, ran, seconds }) => [
    inlineCode(name),
    ran ? 'ran' : 'up to date',
    seconds === null ? '' : `${seconds.toFixed(1)} s`,
  ]);
  const metrics = Object.entries(run.metrics).map(([name, value]) => [
    inlineCode(name),
    value === null ? 'none' : String(value),
  ]);
  const shown = renderTable(['stage', '', 'time'], stages);
  return metrics.length === 0 ? [shown] : [shown, renderTable(['metric', 'value'], metrics)];
}

/** Step summary of a training's commands, under its own title. */
export function renderCommandSummaries(summaries: readonly string[]): string {
  return `\n## Written by the training\n\n${summaries.join('\n\n')}\n`;
}
