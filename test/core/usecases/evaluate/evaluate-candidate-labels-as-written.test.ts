import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Evaluator } from '../../../real-files/evaluate-here.ts';

const folder = await mkdtemp(join(tmpdir(), 'tidegate-labels-'));
const evaluator = new Evaluator();
const SCORES = [0.9, 0.8, 0.3, 0.6, 0.1, 0.2, 0.7, 0.4];
const ARE_SECOND = [true, true, false, false, false, true, true, false];
/** Six of eight scores are on the right side of 0.5. */
const ACCURACY = 6 / 8;
let files = 0;

afterAll(async () => {
  await evaluator.tables.close();
  await rm(folder, { recursive: true, force: true });
});

interface Judged {
  readonly labels: readonly string[];
  readonly task?: string;
  readonly evaluate?: Readonly<Record<string, unknown>>;
  readonly weights?: readonly string[];
}

async function judge({ labels, task = 'binary-classification', evaluate, weights }: Judged) {
  const [dataset, predictions] = [join(folder, `${files}.csv`), join(folder, `${files++}.scores.csv`)];
  await writeFile(dataset, `y,w\n${labels.map((label, row) => `${label},${weights?.[row] ?? 1}\n`).join('')}`);
  await writeFile(predictions, `score,prediction\n${SCORES.map((score) => `${score},${score}\n`).join('')}`);
  return evaluator.evaluate({
    dataset,
    candidate: { kind: 'predictions', path: predictions },
    task,
    metrics: [task === 'regression' ? 'rmse' : 'accuracy'],
    data: { label: 'y' },
    ...(evaluate === undefined ? {} : { evaluate }),
  });
}

function labelled([first, second]: readonly [string, string]): readonly string[] {
  return ARE_SECOND.map((isSecond) => (isSecond ? second : first));
}

describe('classes are declared as the labels are written, or as the values that they stand for', () => {
  it.each([
    [
      ['01', '02'],
      ['01', '02'],
    ],
    [
      ['01', '02'],
      [1, 2],
    ],
    [
      ['1.0', '2.0'],
      ['1.0', '2.0'],
    ],
    [
      ['1.0', '2.0'],
      [1, 2],
    ],
    [
      ['False', 'True'],
      ['False', 'True'],
    ],
    [
      ['FALSE', 'TRUE'],
      ['FALSE', 'TRUE'],
    ],
    [
      ['False', 'True'],
      [false, true],
    ],
    [
      ['-1', '1'],
      [-1, 1],
    ],
    [
      ['not so', 'very good'],
      ['not so', 'very good'],
    ],
    [
      ['9007199254740993', '9007199254740992'],
      ['9007199254740993', '9007199254740992'],
    ],
  ] as const)('%j as %j', async (written, classes) => {
    const { metrics } = await judge({ labels: labelled(written), evaluate: { classes } });
    expect(metrics.accuracy).toBe(ACCURACY);
  });
});

describe('a label of times', () => {
  it.each(['regression', 'binary-classification', 'multiclass-classification'])('is refused for %s', async (task) => {
    const labels = SCORES.map((_, day) => `2001-01-0${day + 1}`);
    await expect(judge({ labels, task })).rejects.toThrow('the label y has times');
  });
});

describe('weights', () => {
  it('of flags are 0 and 1', async () => {
    const weights = SCORES.map((_, row) => (row < 4 ? 'True' : 'False'));
    const found = await judge({ labels: labelled(['0', '1']), weights, evaluate: { weight: 'w' } });
    expect(found.metrics.accuracy).toBe(3 / 4);
  });
});
