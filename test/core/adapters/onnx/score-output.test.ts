import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { classLabels } from '../../../../core/adapters/onnx/class-labels.ts';
import { chooseOutput } from '../../../../core/adapters/onnx/score-output.ts';

const output = (name: string, type = 'float32') => ({ name, type, shape: [null, 2] });

describe('chooseOutput', () => {
  it.each([
    [['embedding', 'logits'], 'logits'],
    [['hidden', 'probabilities', 'logits'], 'probabilities'],
    [['only'], 'only'],
  ])('of %j takes %s, whatever the order', (names, chosen) => {
    for (const order of [names, names.toReversed()]) {
      expect(
        chooseOutput(
          order.map((name) => output(name)),
          'm.onnx',
          undefined,
        ).name,
      ).toBe(chosen);
    }
  });

  it.each([[['embedding', 'out']], [['prob_a', 'prob_b']]])('refuses %j, and asks for evaluate.output', (names) => {
    const choose = (declared?: string) =>
      chooseOutput(
        names.map((name) => output(name)),
        'm.onnx',
        declared,
      );
    expect(() => choose()).toThrow('several outputs that may be the scores');
    expect(choose(names[1]).name).toBe(names[1]);
    expect(() => choose('else')).toThrow('no output "else"');
  });
});

describe('classLabels', () => {
  it.each([
    ['kinds', ['high', 'low', 'mid']],
    ['maps', ['0', '1']],
    ['good', ['0', '1']],
    ['regression', null],
  ])('are those that %s.onnx names', async (model, labels) => {
    const file = new URL(`../../../fixtures/models/${model}.onnx`, import.meta.url);
    expect(classLabels(await readFile(file))).toEqual(labels);
  });
});
