import type { ModelConfig } from '../../core/config/tidegate-config.ts';
import {
  selectAll,
  selectJudgedReads,
  selectModelReads,
  selectTargets,
  type WantedOutput,
} from '../../core/domain/data/select-outputs.ts';
import type { ActionContext } from '../action-context.ts';
import { requireDvc } from '../find-dvc.ts';
import type { InputValues } from '../inputs.ts';
import { loadModel } from '../load-model.ts';
import type { OpenData } from '../open-data.ts';
import type { inputs } from './inputs.ts';

/** The model's name and the data that the targets, or the model by default, ask for. */
export async function chooseData(
  context: ActionContext,
  data: Pick<OpenData, 'project' | 'folder' | 'hasDvc'>,
  values: Pick<InputValues<typeof inputs>, 'model' | 'targets' | 'for'>,
): Promise<{ readonly model: string; readonly wanted: readonly WantedOutput[] }> {
  const { name, model } = await loadModel(context, values.model);
  if (values.targets !== undefined || data.project.refusals.length > 0) requireDvc(data);
  const wanted = choose(data, { targets: values.targets ?? [], isForJudge: values.for === 'judge' }, model);
  if (wanted.length === 0) context.log.info('DVC tracks nothing that this model reads: nothing to do');
  else context.log.info(`Data of ${name}: ${wanted.map(({ output }) => output.path).join(', ')}`);
  return { model: name, wanted };
}

interface Choice {
  readonly targets: readonly string[];
  /** What the evaluation alone reads. */
  readonly isForJudge: boolean;
}

function choose(
  { project, folder }: Pick<OpenData, 'project' | 'folder'>,
  { targets, isForJudge }: Choice,
  model: ModelConfig,
): readonly WantedOutput[] {
  if (targets.length === 1 && targets[0] === 'all') return selectAll(project);
  if (targets.length > 0) return selectTargets(project, targets, folder);
  const datasets = [model.evaluate.dataset, model.drift?.reference].filter((path) => path !== undefined);
  const read = { stages: model.train?.stages ?? [], datasets, folder };
  if (isForJudge) return selectJudgedReads(project, read);
  const reads = selectModelReads(project, read);
  if (model.train?.command === undefined) return reads;
  // What a command reads is unknown: everything that no stage makes may be.
  const sources = selectAll(project).filter(({ output }) => output.stage === undefined);
  return [...reads.filter(({ output }) => output.stage !== undefined), ...sources];
}
