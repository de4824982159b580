import { planInputs } from '../../domain/model/input-plan.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import type { PlannedModel } from './score-dataset.ts';

const SCORES = {
  'binary-classification': 'one',
  'multiclass-classification': 'each-class',
  regression: 'number',
} as const;

/** Models to open, next to their dataset. */
export interface Opening {
  readonly request: EvaluationRequest;
  readonly ports: EvaluationPorts;
  readonly describing: Promise<TableDescription>;
  /** Of the rows that are judged; computed at the first call. */
  readonly datasetDigest: () => Promise<string>;
}

/**
 * Opens a model that the judge runs.
 *
 * @param features Undefined: the model's own input names.
 */
export async function openModel(
  path: string,
  { request, ports, describing }: Opening,
  features: readonly string[] | undefined,
): Promise<PlannedModel> {
  const model = await ports.models.open(path, {
    scores: SCORES[request.config.task],
    output: request.config.evaluate.output,
  });
  try {
    const { columns } = await describing;
    return { model, plan: planInputs(model.inputs, { ...request.config.data, features }, columns) };
  } catch (error) {
    await model.close();
    throw error;
  }
}
