import { renderCommandSummaries, renderRun } from '../../core/render/run-summary.ts';
import type { RunReport } from '../../core/reports/run-report.ts';
import { type TrainResult, trainModel } from '../../core/usecases/train-model.ts';
import type { ActionContext } from '../action-context.ts';
import { readInputs } from '../inputs.ts';
import { type LoadedModel, loadModel } from '../load-model.ts';
import { reportHeader, reportPath, writeReport } from '../report-files.ts';
import { assembleTraining } from './assemble-training.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';

/** Trains a model, or restores it where nothing changed. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const loaded = await loadModel(context, values.model);
  for (const name of ['mlflow-tracking-uri', 'experiment'] as const) {
    if (values[name] === undefined) continue;
    const message = `input ${name} is not acted on by this version: the run report holds parameters and metrics`;
    context.log.warning({ message, fix: `Remove ${name}.` });
  }
  const { request, ports, commandSummaries } = await assembleTraining(context, loaded, values);
  try {
    const result = await trainModel(request, ports);
    await reportTraining(context, loaded, result);
  } finally {
    // After ours, which it can neither open nor close.
    if (commandSummaries.length > 0) await context.appendSummary(renderCommandSummaries(commandSummaries));
  }
}

async function reportTraining(context: ActionContext, loaded: LoadedModel, { ran, facts }: TrainResult): Promise<void> {
  const run: RunReport = { ...(await reportHeader('run', context, loaded.name)), ...facts };
  const path = await writeReport(reportPath(context.env, loaded.name, 'run'), 'run', run);
  outputs.write(context, {
    ran,
    'inputs-digest': run.inputsDigest,
    'artifact-path': run.artifact.path,
    'artifact-digest': run.artifact.digest,
    metrics: JSON.stringify(run.metrics),
    'report-path': path,
  });
  await context.appendSummary(renderRun(run, ran));
  context.log.info(`${run.artifact.path}: ${run.artifact.digest}${ran ? '' : ' (nothing had to run)'}`);
}
