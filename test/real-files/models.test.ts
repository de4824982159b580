import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../core/errors.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { Evaluator } from './evaluate-here.ts';
import { makeInputs } from './make-inputs.ts';
import { areSameScores, dataOf, SCORE_TOLERANCE, type ScoredModel, scoreHere } from './score-here.ts';

interface ModelCase extends ScoredModel {
  readonly classes: readonly string[] | null;
  readonly metrics: Readonly<Record<string, number>>;
  /** What a refusal says. */
  readonly refused?: string;
}

const evaluator = new Evaluator();
const { tables } = evaluator;
const made = await makeInputs<ModelCase>('models');
const pathOf = (file: string) => join(made.folder, file);
const able = made.cases.filter(({ refused }) => refused === undefined);

afterAll(async () => {
  await tables.close();
  await made.remove();
});

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
    const found = await scoreHere(given, evaluator, pathOf);
    expect(areSameScores(found, given.scores), `${found} for ${given.scores}`).toBe(true);
  });
});

describe("a model has scikit-learn's metrics of these scores", () => {
  it.each(able)('$name', async (given) => {
    const { metrics } = await evaluate(given);
    for (const [name, value] of Object.entries(given.metrics)) {
      expect(Math.abs((metrics[name] ?? Number.NaN) - value), name).toBeLessThan(SCORE_TOLERANCE * Math.max(1, value));
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

/** The others go through the use case alone. */
const THROUGH_THE_ACTION = ['texts of CSV', 'forest, without ZipMap', 'logistic, classes of kind', 'ridge, numbers'];

describe("evaluate-and-gate writes scikit-learn's metrics", () => {
  it.each(able.filter(({ name }) => THROUGH_THE_ACTION.includes(name)))('of $name', async (given) => {
    const workspace = join(made.folder, `action-${given.model}`);
    await mkdir(workspace);
    for (const file of [given.model, given.data]) await cp(join(made.folder, file), join(workspace, file));
    await writeFile(join(workspace, 'tidegate.yaml'), configOf(given));
    const run = await runActionSource('evaluate-and-gate', {
      workspace,
      temp: join(workspace, '.temp'),
      inputs: { champion: 'none', 'fail-on': 'never' },
    });
    expect(run.exitCode, run.stdout).toBe(0);
    const report = JSON.parse(await readFile(run.outputs['report-path'] ?? '', 'utf8'));
    for (const [name, value] of Object.entries(given.metrics)) {
      const found = report.metrics.find((one: { readonly name: string }) => one.name === name)?.value;
      expect(Math.abs(found - value), name).toBeLessThan(1e-6 * Math.max(1, value));
    }
  });
});

/** JSON is YAML. */
function configOf({ model, data, label, task, features, metrics }: ModelCase): string {
  const [metric = ''] = Object.keys(metrics);
  const m = {
    task,
    artifact: model,
    data: { label, ...(features === null ? {} : { features }) },
    evaluate: { dataset: data, metrics: Object.keys(metrics), 'min-rows': 1 },
    gate: { rules: [{ metric, ...(task === 'regression' ? { max: 1e12 } : { min: 0 }) }] },
  };
  return JSON.stringify({ version: 1, models: { m } });
}
