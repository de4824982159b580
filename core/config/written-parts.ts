import { z } from 'zod';
import { bound } from './quantities.ts';

/** A part that is missing or wrong reads as undefined: the schema of the file has its own message for it. */
const text = z.string().optional().catch(undefined);
const number = bound.optional().catch(undefined);

function list<Item extends z.ZodType>(item: Item) {
  return z.array(item).catch([]);
}

const target = z
  .object({
    file: text,
    kind: text,
    name: text,
    namespace: text,
    container: text,
    volume: text,
    env: text,
    image: text,
    path: text,
    parameter: text,
  })
  .catch({});

const environment = z
  .object({ name: text, after: list(text), targets: list(target) })
  .catch({ after: [], targets: [] });

/** Parameters that make another metric of a name; they are not distinguished here. */
const argument = z.unknown();

const rule = z
  .object({
    metric: text,
    min: number,
    max: number,
    beta: argument,
    'at-recall': argument,
    'at-precision': argument,
  })
  .partial()
  .catch({});

const model = z
  .object({
    task: text,
    data: z.object({ time: text }).optional().catch(undefined),
    evaluate: z
      .object({ metrics: list(text), key: text, scores: z.literal('decision').optional().catch(undefined) })
      .optional()
      .catch(undefined),
    gate: z
      .object({ rules: list(rule) })
      .optional()
      .catch(undefined),
    register: z.object({ store: text }).optional().catch(undefined),
    drift: z
      .object({
        ...{ limits: text, window: z.unknown().optional(), labels: text, predictions: text },
        performance: z.record(z.string(), z.unknown()).optional().catch(undefined),
        retrain: z.object({ workflow: text }).optional().catch(undefined),
      })
      .optional()
      .catch(undefined),
    environments: list(environment),
  })
  .catch({ environments: [] });

/**
 * The parts of tidegate.yaml that refer to each other, read from the file as written and whatever else is wrong in it, so
 * that all problems can be told at once. The schema of the file stays the only judge of each value by itself.
 */
const writtenFile = z.object({ models: z.record(z.string(), model).catch({}) }).catch({ models: {} });

/** A model's parts that refer to each other. */
export type WrittenModel = z.output<typeof model>;
/** An environment's parts that refer to each other. */
export type WrittenEnvironment = z.output<typeof environment>;
/** A target as written. */
export type WrittenTarget = z.output<typeof target>;

/** Reads them; what is missing or wrong is left out. */
export function readWrittenModels(document: unknown): readonly (readonly [string, WrittenModel])[] {
  return Object.entries(writtenFile.parse(document).models);
}
