import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planInputs } from '../../core/domain/model/input-plan.ts';
import { UserError } from '../../core/errors.ts';
import { scoreDataset } from '../../core/usecases/evaluate/score-dataset.ts';
import { Evaluator } from './evaluate-here.ts';
import { makeInputs } from './make-inputs.ts';

interface ModelCase {
  readonly name: string;
  readonly model: string;
  readonly data: string;
  readonly label: string;
  readonly task: string;
  readonly features: readonly string[] | null;
  readonly inputs?: Readonly<Record<string, string>> | null;
  readonly classes: readonly string[] | null;
  readonly output?: string | null;
  readonly width: number;
  /** Row by row. */
  readonly scores: readonly number[];
  readonly metrics: Readonly<Record<string, number>>;
  /** What a refusal says. */
  readonly refused?: string;
}

/** Chosen: the runtimes are of two releases, and compute with 32 bits. */
const TOLERANCE = 1e-6;
const evaluator = new Evaluator();
const { tables } = evaluator;
const made = await makeInputs<ModelCase>('models');
const pathOf = (file: string) => join(made.folder, file);
const able = made.cases.filter(({ refused }) => refused === undefined);

afterAll(async () => {
  await tables.close();
  await made.remove();
});

const dataOf = ({ label, features, inputs }: ModelCase) => ({
  label,
  ...(features === null ? {} : { features }),
  ...(inputs === null || inputs === undefined ? {} : { inputs }),
});

async function scored(given: ModelCase): Promise<Float64Array> {
  const table = await tables.describe(pathOf(given.data));
  const isEach = given.task === 'multiclass-classification';
  const model = await evaluator.models.open(pathOf(given.model), {
    scores: isEach ? 'each-class' : 'one',
    output: given.output ?? undefined,
  });
  try {
    const plan = planInputs(model.inputs, dataOf(given), table.columns);
    const ports = { tables, clockMs: () => 0, progress: () => {} };
    const { scores } = await scoreDataset({ table, models: [{ model, plan }], keep: [] }, ports);
    return scores[0] ?? new Float64Array(0);
  } finally {
    await model.close();
  }
}

function evaluate(given: ModelCase) {
  return evaluator.evaluate({
    dataset: pathOf(given.data),
    candidate: { kind: 'artifact', path: pathOf(given.model) },
    task: given.task,
    metrics: Object.keys(given.metrics),
    data: dataOf(given),
    evaluate: {
      ...(given.classes === null ? {} : { classes: given.classes }),
      ...(typeof given.output === 'string' ? { output: given.output } : {}),
    },
  });
}

describe("a model has the scores of Python's ONNX Runtime in every row", () => {
  it.each(able)('$name', async (given) => {
    const found = await scored(given);
    expect(found.length).toBe(given.scores.length);
    const apart = given.scores.map(
      (score, at) => Math.abs(score - (found[at] ?? Number.NaN)) / Math.max(1, Math.abs(score)),
    );
    expect(apart.filter((one) => !(one <= TOLERANCE))).toEqual([]);
  });
});

describe("a model has scikit-learn's metrics of these scores", () => {
  it.each(able)('$name', async (given) => {
    const { metrics } = await evaluate(given);
    for (const [name, value] of Object.entries(given.metrics)) {
      expect(Math.abs((metrics[name] ?? Number.NaN) - value), name).toBeLessThan(TOLERANCE * Math.max(1, value));
    }
  });
});

describe('a model that cannot be judged is refused for the right reason', () => {
  it.each(made.cases.filter(({ refused }) => refused !== undefined))('$name', async (given) => {
    const error = await evaluate(given).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(new RegExp(given.refused ?? ''));
  });
});
