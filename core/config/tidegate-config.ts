import { z } from 'zod';
import { isModelName } from '../domain/model/model-name.ts';
import { parseGrouping } from '../domain/policy/grouping.ts';
import { DEFAULT_RELEASE_WORKFLOW } from '../domain/registry/release-run.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { customEvaluate } from './custom-config.ts';
import { drift } from './drift-config.ts';
import { environment } from './environment-config.ts';
import { evaluate } from './evaluate-config.ts';
import { gate } from './gate-config.ts';
import { warehouse } from './warehouse-config.ts';

const train = z
  .strictObject({
    stages: z.array(z.string().min(1)).min(1).optional().describe('Stages of dvc.yaml that make the model'),
    command: z.string().min(1).optional().describe('A shell command that makes the model'),
    params: z.string().min(1).optional().describe('The parameters file; default: params.yaml where there is one'),
    deps: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Files and folders that the command reads; default: everything that Git and DVC track'),
  })
  .refine(({ command, deps }) => deps === undefined || command !== undefined, {
    error: 'belongs to a command: stages name what they read in dvc.yaml',
    path: ['deps'],
  })
  .refine((value) => (value.stages === undefined) !== (value.command === undefined), {
    error: 'needs either stages or command, and not both',
  })
  .transform(camelCaseKeys);

const csv = z
  .strictObject({
    delimiter: z
      .string()
      .length(1)
      .refine((text) => !/["\r\n]/.test(text), { error: 'is a double quote or a line break' })
      .optional()
      .describe('The character between fields; default: comma, semicolon, tab or |, as found in the file'),
    missing: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Texts that mean "missing" in every column, in addition to the empty field; default: those of pandas.read_csv',
      ),
  })
  .transform(camelCaseKeys);

const data = z
  .strictObject({
    label: z.string().min(1).describe('The column with the label'),
    time: z.string().min(1).optional().describe('The column with the time of each row'),
    features: z.array(z.string().min(1)).min(1).optional().describe('Feature columns, in the order of the model input'),
    inputs: z
      .record(z.string().min(1), z.string().min(1))
      .optional()
      .describe('Model input -> column, for inputs whose column has another name'),
    csv: csv.optional().describe('The format of CSV files'),
    exclude: z
      .array(z.string().min(1))
      .default([])
      .describe('Columns that are not features and are not checked for drift'),
  })
  .transform(camelCaseKeys);

const register = z
  .strictObject({
    store: z
      .string()
      .min(1)
      .describe(
        'Where versions are stored: oci://host/path (a container registry, such as oci://ghcr.io/owner/repository/models), s3://bucket/prefix, or a folder of a self-hosted runner',
      ),
    bump: z.enum(['auto', 'major', 'minor', 'patch']).default('auto'),
    workflow: z
      .string()
      .regex(/^[\w.-]+\.ya?ml$/, 'is not the file name of a workflow')
      .default(DEFAULT_RELEASE_WORKFLOW)
      .describe('The workflow in .github/workflows that registers versions'),
  })
  .transform(camelCaseKeys);

const image = z
  .strictObject({
    repository: z.string().min(1),
    base: z.string().min(1).optional(),
    layout: z.enum(['modelcar']).default('modelcar'),
    platforms: z.array(z.string().min(1)).min(1).default(['linux/amd64']),
  })
  .transform(camelCaseKeys);

const shared = {
  artifact: z
    .string()
    .min(1)
    .describe('The file or folder that training writes; the folder if an ONNX model keeps weights in a second file'),
  train: train.optional(),
  gate,
  register: register.optional(),
  image: image.optional(),
  environments: z.array(environment).default([]).describe('The environments, in promotion order'),
};

const scoredModel = z
  .strictObject({
    task: z.enum(['binary-classification', 'multiclass-classification', 'regression']),
    ...shared,
    data,
    evaluate,
    drift: drift.optional(),
  })
  .transform(camelCaseKeys)
  .transform(({ evaluate: { group, ...evaluated }, ...rest }) => ({
    ...rest,
    // Whatever reads it gets it parsed: which rows belong together is decided once.
    evaluate: { ...evaluated, grouping: parseGrouping(group, rest.data.time) },
  }));

const customModel = z
  .strictObject({
    task: z.literal('custom').describe('Metrics only: numbers and examples that the code of the team wrote'),
    ...shared,
    evaluate: customEvaluate,
  })
  .transform(camelCaseKeys)
  // It has no columns of data that could drift.
  .transform((custom) => ({ ...custom, drift: undefined }));

const model = z.discriminatedUnion('task', [scoredModel, customModel]);

/** The one schema of tidegate.yaml: its type, its JSON Schema and its messages come from here. */
export const tidegateSchema = z
  .strictObject({
    version: z.literal(1),
    warehouse: warehouse.optional().describe('The engine that holds the tables of sql:// references'),
    models: z
      .record(
        z.string().refine(isModelName, { error: 'is not a GTO artifact name: use letters, digits, - _ and / inside' }),
        model,
      )
      .refine((models) => Object.keys(models).length > 0, { error: 'names no model' }),
  })
  .transform(camelCaseKeys);

/** A parsed tidegate.yaml: keys in camel case, durations in milliseconds, sizes in bytes. */
export type TidegateConfig = z.output<typeof tidegateSchema>;
/** One entry of `models`. */
export type ModelConfig = TidegateConfig['models'][string];
/** A model that is judged by its scores of the rows of a dataset. */
export type ScoredModelConfig = z.output<typeof scoredModel>;
/** A model that is judged by numbers and examples that its own code wrote: `task: custom`. */
export type CustomModelConfig = z.output<typeof customModel>;
/** `models.<name>.task`. */
export type Task = ModelConfig['task'];
/** `models.<name>.data`. */
export type DataConfig = ScoredModelConfig['data'];

/**
 * Problems of a model whose task is unknown, but for the task: so that they are told together.
 *
 * @param path Where the model is in the file.
 */
export function issuesOfUnknownTask(model: unknown, path: readonly PropertyKey[]): readonly z.core.$ZodIssue[] {
  const parsed = scoredModel.safeParse(model, { reportInput: true });
  const issues = parsed.error?.issues ?? [];
  return issues
    .filter((issue) => issue.path[0] !== 'task')
    .map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}
