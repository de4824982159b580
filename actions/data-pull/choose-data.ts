import type { ModelConfig } from '../../core/config/tidegate-config.ts';
import type { DataProject } from '../../core/domain/data/data-project.ts';
import {
  selectAll,
  selectModelReads,
  selectTargets,
  type WantedOutput,
} from '../../core/domain/data/select-outputs.ts';
import type { ActionContext } from '../action-context.ts';
import { loadModel } from '../load-model.ts';

/** The model's name and the data that the targets, or the model by default, ask for. */
export async function chooseData(
  context: ActionContext,
  project: DataProject,
  values: { readonly model: string | undefined; readonly targets: readonly string[] | undefined },
): Promise<{ readonly model: string; readonly wanted: readonly WantedOutput[] }> {
  const { name, model } = await loadModel(context, values.model);
  const wanted = choose(project, values.targets ?? [], model);
  if (wanted.length === 0) context.log.info('DVC tracks nothing that this model reads: nothing to do');
  else context.log.info(`Data of ${name}: ${wanted.map(({ output }) => output.path).join(', ')}`);
  return { model: name, wanted };
}

function choose(project: DataProject, targets: readonly string[], model: ModelConfig): readonly WantedOutput[] {
  if (targets.length === 1 && targets[0] === 'all') return selectAll(project);
  if (targets.length > 0) return selectTargets(project, targets);
  const datasets = [model.evaluate.dataset, model.drift?.reference].filter((path) => path !== undefined);
  const reads = selectModelReads(project, { stages: model.train?.stages ?? [], datasets });
  if (model.train?.command === undefined) return reads;
  // What a command reads is unknown: everything that no stage makes may be.
  const sources = selectAll(project).filter(({ output }) => output.stage === undefined);
  return [...reads.filter(({ output }) => output.stage !== undefined), ...sources];
}
