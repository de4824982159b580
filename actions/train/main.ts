import { renderCommandSummaries, renderRun, renderStages } from '../../core/render/run-summary.ts';
import type { RunReport } from '../../core/reports/run-report.ts';
import { type TrainResult, trainModel } from '../../core/usecases/train/train-model.ts';
import type { ActionContext } from '../action-context.ts';
import { readInputs } from '../inputs.ts';
import { type LoadedModel, loadOptionalModel } from '../load-model.ts';
import { reportHeader, reportPath, writeReport } from '../report-files.ts';
import { assembleTraining } from './assemble-training.ts';
import { type HandOverPorts, handOver } from './hand-over.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { type Predicting, predict } from './predict.ts';
import { expectRecordable, type RecordingPorts, recordTraining } from './record-training.ts';

/** Trains a model, or restores it where nothing changed. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const loaded = await loadOptionalModel(context, values.model);
  const { request, ports, commandSummaries, predicting } = await assembleTraining(context, loaded, values);
  try {
    if (loaded !== undefined) await expectRecordable(loaded, ports);
    const result = await trainModel(request, ports);
    const overridden = [values.stages, values.command, values.set].some((value) => value !== undefined);
    if (loaded === undefined) await reportAlone(context, result);
    else await reportTraining(context, { loaded, result, overridden, ports, predicting });
  } finally {
    // After ours, which it can neither open nor close.
    if (commandSummaries.length > 0) await context.appendSummary(renderCommandSummaries(commandSummaries));
  }
}

interface Trained {
  readonly loaded: LoadedModel;
  readonly result: TrainResult;
  readonly overridden: boolean;
  readonly ports: HandOverPorts & RecordingPorts;
  readonly predicting: Omit<Predicting, 'artifact'>;
}

async function reportTraining(
  context: ActionContext,
  { loaded, result, overridden, ports, predicting }: Trained,
): Promise<void> {
  const { ran, facts, artifact } = result;
  if (artifact === undefined) throw new Error('the training of a model has no artifact');
  const isOfCommit = !overridden && !result.isRestored;
  const recording = await recordTraining(context, loaded, { ...ports, isOfCommit });
  const run: RunReport = {
    ...(await reportHeader('run', context, loaded.name)),
    ...{ ...facts, artifact, overridden },
    ...(recording === undefined ? {} : { recorded: recording.recorded }),
  };
  const path = await writeReport(reportPath(context.env, loaded.name, 'run'), 'run', run);
  await predict(context, loaded, { ...predicting, artifact });
  const handedOver = await handOver(context, loaded, { ...ports, recording });
  outputs.write(context, {
    ran,
    'inputs-digest': run.inputsDigest,
    'artifact-path': run.artifact.path,
    'artifact-digest': run.artifact.digest,
    metrics: JSON.stringify(run.metrics),
    'report-path': path,
    'model-artifact-id': handedOver?.id ?? null,
    'to-record': recording !== undefined,
  });
  await context.appendSummary(renderRun(run, ran));
  context.log.info(`${run.artifact.path}: ${run.artifact.digest}${ran ? '' : ' (nothing had to run)'}`);
}

/** Without a model no one judges what was made: no report, and nothing to hand over. */
async function reportAlone(context: ActionContext, { ran, facts, artifact }: TrainResult): Promise<void> {
  outputs.write(context, {
    ran,
    'inputs-digest': facts.inputsDigest,
    'artifact-path': artifact?.path ?? null,
    'artifact-digest': artifact?.digest ?? null,
    metrics: JSON.stringify(facts.metrics),
    'report-path': null,
    'model-artifact-id': null,
    'to-record': false,
  });
  await context.appendSummary(renderStages(facts, ran));
  context.log.info(`${artifact?.path ?? 'Stages'}: ${ran ? 'done' : 'nothing had to run'}`);
}
