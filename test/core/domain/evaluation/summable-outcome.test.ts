import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { refuseUnsummable } from '../../../../core/domain/evaluation/summable-outcome.ts';
import type { ColumnValues } from '../../../../core/domain/table/column-values.ts';
import { scoredModel } from '../../../../testkit/scored-model.ts';

function policyOf(task: string) {
  const gate = task === 'regression' ? '{ metric: mae, max: 1 }' : '{ metric: accuracy, min: 0 }';
  const { config } = parseConfig(
    `version: 1
models:
  m:
    task: ${task}
    artifact: model.onnx
    data: { label: delay }
    evaluate: { dataset: test.csv, weight: w, classes: [1, 2] }
    gate: { rules: [${gate}] }
`.replace(', classes: [1, 2]', task === 'regression' ? '' : ', classes: [1, 2]'),
  );
  const model = scoredModel(config.models.m);
  return model;
}

const numeric = (...values: number[]): ColumnValues => ({ kind: 'numeric', values: Float64Array.from(values) });
const refuse = (task: string, delay: ColumnValues, w = numeric(1, 1, 1)) =>
  refuseUnsummable(
    new Map([
      ['delay', delay],
      ['w', w],
    ]),
    policyOf(task),
    100_000,
  );

describe('refuseUnsummable', () => {
  it.each([1e308, -1e308, Number.MAX_VALUE])('names the label, its value and its row in the dataset: %s', (value) => {
    const error = {
      code: 'DATA_INVALID',
      message: expect.stringContaining(`the label delay holds ${value} in row 100002`),
    };
    expect(() => refuse('regression', numeric(1, value, value))).toThrow(expect.objectContaining(error));
  });

  it('names the weight in the same way, whatever the task is', () => {
    for (const task of ['regression', 'multiclass-classification']) {
      const error = {
        message: expect.stringContaining('the weight w holds 1e+308 in row 100003'),
        fix: /Divide all weights/,
      };
      expect(() => refuse(task, numeric(1, 2, 1), numeric(1, 1, 1e308))).toThrow(
        expect.objectContaining({ ...error, fix: expect.stringMatching(error.fix) }),
      );
    }
  });

  it.each<readonly [string, string, ColumnValues]>([
    ['numbers just below', 'regression', numeric(9.999e307, -9.999e307, 0)],
    ['missing ones, which have another message', 'regression', numeric(Number.NaN, 1, 2)],
    ['names of classes', 'multiclass-classification', numeric(1e308, 1, 2)],
    ['texts', 'regression', { kind: 'categorical', codes: Int32Array.of(0), categories: ['1e308'] }],
  ])('lets pass %s', (_, task, delay) => {
    expect(() => refuse(task, delay)).not.toThrow();
  });
});
