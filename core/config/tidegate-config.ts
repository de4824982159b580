import { z } from 'zod';
import { isModelName } from '../domain/model/model-name.ts';
import { parseGrouping } from '../domain/policy/grouping.ts';
import { DEFAULT_RELEASE_WORKFLOW } from '../domain/registry/release-run.ts';
import { storeAddress } from './addresses.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { customEvaluate } from './custom-config.ts';
import { data } from './data-config.ts';
import { drift } from './drift-config.ts';
import { environment } from './environment-config.ts';
import { evaluate } from './evaluate-config.ts';
import { gate } from './gate-config.ts';
import { train } from './train-config.ts';
import { warehouse } from './warehouse-config.ts';

const register = z
  .strictObject({
    store: storeAddress.meta({
      description:
        'Where versions are stored: oci://host/path (a container registry), s3://bucket/prefix, gs://bucket/prefix (Google Cloud Storage), azure://container/prefix (Azure Blob Storage), or a folder of a self-hosted runner',
      examples: [
        'oci://ghcr.io/acme/flights/models',
        's3://models/flight-delay',
        'gs://models/flight-delay',
        'azure://models/flight-delay',
        '/srv/models/flight-delay',
      ],
    }),
    bump: z
      .enum(['auto', 'major', 'minor', 'patch'])
      .default('auto')
      .meta({
        description:
          'The part of the version to increase; auto: patch if inputs, outputs and task are unchanged, minor if only features were added, else major',
        examples: ['minor'],
      }),
    workflow: z
      .string()
      .regex(/^[\w.-]+\.ya?ml$/, 'is not the file name of a workflow')
      .default(DEFAULT_RELEASE_WORKFLOW)
      .meta({
        description: 'The workflow in .github/workflows that registers versions',
        examples: ['model-release.yml'],
      }),
  })
  .transform(camelCaseKeys);

const image = z
  .strictObject({
    repository: z
      .string()
      .min(1)
      .meta({
        description: 'Where the image is pushed, without tag',
        examples: ['ghcr.io/acme/flight-delay'],
      }),
    base: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'The base image; default: none. The oci:// storage of KServe needs a base with a shell',
        examples: [`docker.io/library/busybox@sha256:${'2c26'.repeat(16)}`],
      }),
    layout: z
      .enum(['modelcar'])
      .default('modelcar')
      .meta({ description: 'The content of the image; modelcar: the model under /models', examples: ['modelcar'] }),
    platforms: z
      .array(z.string().min(1))
      .min(1)
      .default(['linux/amd64'])
      .meta({ description: 'The platform of the image; only one is supported', examples: [['linux/arm64']] }),
  })
  .transform(camelCaseKeys);

const shared = {
  artifact: z
    .string()
    .min(1)
    .meta({
      description:
        'The file or folder that training writes; the folder if an ONNX model keeps weights in a second file',
      examples: ['model/model.onnx'],
    }),
  train: train.optional().meta({
    description: 'The way to make the model; without it your own step trains',
    examples: [{ stages: ['train'] }],
  }),
  gate: gate.meta({
    description: 'The rules that a candidate must pass',
    examples: [{ rules: [{ metric: 'roc_auc', min: 0.65 }] }],
  }),
  register: register.optional().meta({
    description: 'Where versions are registered; without it no version is',
    examples: [{ store: 'oci://ghcr.io/acme/flights/models' }],
  }),
  image: image.optional().meta({
    description: 'The container image that holds the model; without it none is built',
    examples: [{ repository: 'ghcr.io/acme/flight-delay' }],
  }),
  environments: z
    .array(environment)
    .default([])
    .meta({
      description: 'The environments, in promotion order',
      examples: [[{ name: 'production', targets: [{ file: 'k8s/values.yaml', path: 'image.tag' }] }]],
    }),
};

const scoredModel = z
  .strictObject({
    task: z.enum(['binary-classification', 'multiclass-classification', 'regression']).meta({
      description: 'What the model predicts; it decides which metrics there are',
      examples: ['binary-classification'],
    }),
    ...shared,
    data: data.meta({ description: 'The columns of the data', examples: [{ label: 'late', time: 'date' }] }),
    evaluate: evaluate.meta({
      description: 'The data, the metrics and the slices of the evaluation',
      examples: [{ dataset: 'data/test.parquet', metrics: ['roc_auc'] }],
    }),
    drift: drift.optional().meta({
      description: 'The check of served data for drift; without it nothing is checked',
      examples: [{ current: 's3://logs/flight-delay/*.jsonl', window: '7d' }],
    }),
  })
  .transform(camelCaseKeys)
  .transform(({ evaluate: { group, ...evaluated }, ...rest }) => ({
    ...rest,
    // Whatever reads it gets it parsed: which rows belong together is decided once.
    evaluate: { ...evaluated, grouping: parseGrouping(group, rest.data.time) },
  }));

const customModel = z
  .strictObject({
    task: z.literal('custom').meta({
      description: 'Metrics only: numbers and examples that the code of the team wrote',
      examples: ['custom'],
    }),
    ...shared,
    evaluate: customEvaluate.meta({
      description: 'The files of results',
      examples: [{ examples: 'scores.jsonl', 'metrics-file': 'metrics.json' }],
    }),
  })
  .transform(camelCaseKeys)
  // It has no columns of data that could drift.
  .transform((custom) => ({ ...custom, drift: undefined }));

const model = z.discriminatedUnion('task', [scoredModel, customModel]);

/** The one schema of tidegate.yaml: its type, its JSON Schema and its messages come from here. */
export const tidegateSchema = z
  .strictObject({
    version: z.literal(1).meta({ description: 'The version of this file format', examples: [1] }),
    warehouse: warehouse.optional().meta({
      description: 'The engine that holds the tables of sql:// references',
      examples: [{ dialect: 'trino', url: 'https://trino.example.org', user: 'tidegate', catalog: 'ml' }],
    }),
    models: z
      .record(
        z.string().refine(isModelName, { error: 'is not a GTO artifact name: use letters, digits, - _ and / inside' }),
        model,
      )
      .refine((models) => Object.keys(models).length > 0, { error: 'names no model' })
      .meta({
        description: 'The models by name: letters, digits, - _ and / inside (a GTO artifact name)',
        examples: [
          {
            'flight-delay': {
              task: 'binary-classification',
              artifact: 'model/model.onnx',
              data: { label: 'late' },
              evaluate: { dataset: 'data/test.csv' },
              gate: { rules: [{ metric: 'roc_auc', min: 0.65 }] },
            },
          },
        ],
      }),
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
