import { describe, expect, it } from 'vitest';
import { labelOutput, OwnLabels } from '../../../../core/adapters/onnx/own-labels.ts';

const output = (name: string, type = 'float32') => ({ name, type, shape: [null, 2] });
const A = [0.7, 0.2, 0.1];
const B = [0.2, 0.7, 0.1];
const C = [0.1, 0.2, 0.7];

function labels({ stated = null, isChosen = false }: { stated?: readonly string[] | null; isChosen?: boolean } = {}) {
  return new OwnLabels({ path: 'm.onnx', label: 'label', scores: 'p', stated, isChosen });
}

const scores = (...rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat());

describe('labelOutput', () => {
  it('is an output of labels, not one of any whole numbers', () => {
    expect(labelOutput([output('leaf', 'int64'), output('output_label', 'string')], 'p')).toBe('output_label');
    expect(labelOutput([output('leaf', 'int64')], 'p')).toBeUndefined();
  });
});

describe('OwnLabels', () => {
  it('learns the class of each probability from all batches', () => {
    const own = labels();
    expect(own.classes).toBeNull();
    own.add(scores(A, C), ['x', 'z']);
    expect(own.classes).toEqual(['x', undefined, 'z']);
    own.add(scores(B), ['y']);
    expect(own.classes).toEqual(['x', 'y', 'z']);
  });

  it('takes numbers as their texts', () => {
    const own = labels({ stated: ['3', '5', '7'] });
    own.add(scores(A, B, C), BigInt64Array.from([3n, 5n, 7n]));
    expect(() => own.add(scores(A), BigInt64Array.from([5n]))).toThrow('label says "5"');
  });

  it('takes the number of a class for it, where the file names it otherwise', () => {
    const own = labels({ stated: ['low', 'mid', 'high'] });
    own.add(scores(A, B, C), BigInt64Array.from([0n, 1n, 2n]));
    expect(() => own.add(scores(C), BigInt64Array.from([0n]))).toThrow('the highest is that of 2');
  });

  it.each<[string, ReturnType<typeof labels>, readonly string[]]>([
    ['another class than the file names', labels({ stated: ['x', 'y', 'z'] }), ['y', 'x', 'z']],
    ['two classes for one probability', labels(), ['x', 'y', 'z', 'w']],
    ['one class for two probabilities', labels(), ['x', 'x']],
  ])('refuses %s, in whichever batch', (_what, own, given) => {
    const rows = [A, B, C, A];
    const add = () => {
      for (const [at, label] of given.entries()) own.add(scores(rows[at] ?? []), [label]);
    };
    expect(add).toThrow(/m\.onnx: the output label says "[wxy]" in a row in which p has 0\.\d+/);
  });

  it('says nothing by rows without one highest', () => {
    const own = labels({ stated: ['x', 'y'] });
    own.add(scores([0.5, 0.5], [0.500001, 0.499999], [Number.NaN, Number.NaN]), ['y', 'y', 'y']);
    expect(() => own.add(scores([0.6, 0.4]), ['y'])).toThrow('the highest is that of x');
  });

  it('says nothing by one number a row, and by whole numbers of another shape', () => {
    const own = labels();
    own.add(scores([0.3], [0.4]), ['x', 'x']);
    own.add(scores(A, B), BigInt64Array.from([1n, 2n, 3n, 4n]));
    expect(own.classes).toBeNull();
  });

  it('refuses nothing where evaluate.output names the scores: a model may decide by a threshold of its own', () => {
    const own = labels({ isChosen: true });
    own.add(scores([0.9, 0.1], [0.6, 0.4], [0.4, 0.6]), ['x', 'y', 'y']);
    own.add(scores([0.8, 0.2], [0.8, 0.2]), ['x', 'x']);
    expect(own.classes).toEqual(['x', 'y']);
  });

  it('knows no order of a model that decides on one class alone', () => {
    const own = labels({ isChosen: true });
    own.add(scores([0.9, 0.1], [0.4, 0.6]), ['y', 'y']);
    expect(own.classes).toBeNull();
  });
});
