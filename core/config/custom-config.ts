import { z } from 'zod';
import { isExamplesPath } from '../domain/examples/examples-path.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { sharedEvaluate, slice } from './evaluate-config.ts';

/** `models.<name>.evaluate` of a model with `task: custom`: numbers and examples that its own code wrote. */
export const customEvaluate = z
  .strictObject({
    ...sharedEvaluate,
    examples: z
      .string()
      .min(1)
      .refine(isExamplesPath, 'is not the path of one CSV, Parquet or JSON lines file of the repository')
      .optional()
      .meta({
        description:
          'A file with one row per example: id, a column of numbers per metric, and where examples belong together group',
        examples: ['scores.jsonl'],
      }),
    group: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: 'Intervals are clustered by this column of the examples, or none; default: group, if there is one',
        examples: ['conversation'],
      }),
    slices: z
      .array(slice)
      .default([])
      .meta({
        description: 'Parts of the examples that are shown and judged on their own: columns of the file',
        examples: [['language']],
      }),
  })
  .prefault({})
  .refine(({ slices, examples }) => slices.length === 0 || examples !== undefined, {
    error: 'needs evaluate.examples: slices are parts of its rows',
    path: ['slices'],
  })
  .refine(({ group, examples }) => group === undefined || examples !== undefined, {
    error: 'needs evaluate.examples: it is a column of it',
    path: ['group'],
  })
  .transform(camelCaseKeys);
