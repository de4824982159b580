import { type ParsedConfig, selectModel } from '../../core/config/parse-config.ts';
import type { ModelConfig } from '../../core/config/tidegate-config.ts';
import {
  selectAll,
  selectJudgedReads,
  selectModelReads,
  selectTargets,
  type WantedOutput,
} from '../../core/domain/data/select-outputs.ts';
import { isTableAddress } from '../../core/domain/warehouse/table-reference.ts';
import { UserError } from '../../core/errors.ts';
import type { ActionContext } from '../action-context.ts';
import { type DvcPlace, namedTargets, requireDvc } from '../find-dvc.ts';
import type { InputValues } from '../inputs.ts';
import { readConfig } from '../load-model.ts';
import type { OpenData } from '../open-data.ts';
import type { inputs } from './inputs.ts';

/** Source of a selection of data. */
type DataSource = DvcPlace & Pick<OpenData, 'project'>;

/** Name of a report without a model. */
const NO_MODEL = 'data';

/**
 * The model's name and the data that the targets, or the model by default, ask for. Without targets and without
 * tidegate.yaml it is everything, as with `dvc pull`.
 */
export async function chooseData(
  context: ActionContext,
  data: DataSource,
  values: Pick<InputValues<typeof inputs>, 'model' | 'targets' | 'for'>,
): Promise<{ readonly model: string | undefined; readonly slug: string; readonly wanted: readonly WantedOutput[] }> {
  const read = await readConfig(context);
  if (read === undefined || isOfNoModel(read, values)) return withoutModel(context, data, values);
  const { name, model } = selectModel(read.config, values.model);
  if (values.targets !== undefined || data.project.refusals.length > 0) requireDvc(data);
  const wanted = choose(data, { targets: values.targets ?? [], isForJudge: values.for === 'judge' }, model);
  if (wanted.length === 0) context.log.info('DVC tracks no data of this model: nothing to do');
  else context.log.info(`Data of ${name}: ${wanted.map(({ output }) => output.path).join(', ')}`);
  return { model: name, slug: name, wanted };
}

/** Of several models none has to be named for targets. */
function isOfNoModel(
  { config }: ParsedConfig,
  { model, targets }: Pick<InputValues<typeof inputs>, 'model' | 'targets'>,
) {
  return targets !== undefined && model === undefined && Object.keys(config.models).length > 1;
}

async function withoutModel(
  context: ActionContext,
  data: DataSource,
  { model, targets, for: purpose }: Pick<InputValues<typeof inputs>, 'model' | 'targets' | 'for'>,
) {
  if (targets === undefined && purpose === 'judge') {
    throw new UserError('CONFIG_NOT_FOUND', 'for: judge needs a model, and there is no tidegate.yaml', {
      fix: 'Name targets, or add tidegate.yaml with evaluate.dataset.',
    });
  }
  requireDvc(data);
  const isAll = targets === undefined || (targets.length === 1 && targets[0] === 'all');
  const wanted = isAll
    ? selectAll(data.project)
    : selectTargets(data.project, namedTargets(data, targets), data.folder);
  context.log.info(`Data without a model: ${wanted.map(({ output }) => output.path).join(', ') || 'none'}`);
  return { model: undefined, slug: model ?? NO_MODEL, wanted };
}

interface Choice {
  readonly targets: readonly string[];
  /** Files that only the evaluation reads. */
  readonly isForJudge: boolean;
}

function choose(data: DataSource, { targets, isForJudge }: Choice, model: ModelConfig): readonly WantedOutput[] {
  const { project, folder } = data;
  if (targets.length === 1 && targets[0] === 'all') return selectAll(project);
  if (targets.length > 0) return selectTargets(project, namedTargets(data, targets), folder);
  const named = model.task === 'custom' ? [] : [model.evaluate.dataset, model.drift?.reference];
  const datasets = named.flatMap((path) => (path === undefined || isTableAddress(path) ? [] : [path]));
  const read = { stages: model.train?.stages ?? [], datasets: namedTargets(data, datasets), folder };
  if (isForJudge) return selectJudgedReads(project, read);
  const reads = selectModelReads(project, read);
  if (model.train?.command === undefined) return reads;
  // What a command reads is unknown: everything that no stage makes may be.
  const sources = selectAll(project).filter(({ output }) => output.stage === undefined);
  return [...reads.filter(({ output }) => output.stage !== undefined), ...sources];
}
