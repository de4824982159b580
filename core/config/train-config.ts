import { z } from 'zod';
import { camelCaseKeys } from './camel-case-keys.ts';

/** `models.<name>.train`. */
export const train = z
  .strictObject({
    stages: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .meta({
        description: 'Stages of dvc.yaml that make the model; instead of command',
        examples: [['train']],
      }),
    command: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'A shell command that makes the model; instead of stages',
        examples: ['python train.py'],
      }),
    params: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'The parameters file; default: params.yaml where there is one',
        examples: ['params.yaml'],
      }),
    deps: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .meta({
        description: 'Files and folders that the command reads; default: everything that Git and DVC track',
        examples: [['train.py', 'src', 'data/train.csv']],
      }),
    record: z
      .boolean()
      .optional()
      .meta({
        description:
          'dvc.lock and objects of a release come back by pull request: after a release that trained, the bot proposes the entries of the stages of the registered version',
        examples: [true],
      }),
  })
  .refine(({ stages, record }) => record !== true || stages !== undefined, {
    error: 'belongs to stages: dvc.lock has nothing about a command',
    path: ['record'],
  })
  .refine(({ command, deps }) => deps === undefined || command !== undefined, {
    error: 'belongs to a command: stages name what they read in dvc.yaml',
    path: ['deps'],
  })
  .refine((value) => (value.stages === undefined) !== (value.command === undefined), {
    error: 'needs either stages or command, and not both',
  })
  .transform(camelCaseKeys);
