import { describe, expect, it } from 'vitest';
import { isExamplesPath, tableEnding } from '../../../../core/domain/examples/examples-path.ts';

describe('isExamplesPath', () => {
  it.each(['scores.jsonl', 'out/scores.csv.gz', 'a b/s.parquet', 'S.CSV'])('takes %s', (path) => {
    expect(isExamplesPath(path)).toBe(true);
  });

  it.each([
    'scores.json',
    'out/*.csv',
    's3://b/s.csv',
    '/tmp/s.csv',
    '../s.csv',
    'out/../../s.csv',
    'sql://t',
    'scores',
  ])('refuses %s', (path) => {
    expect(isExamplesPath(path)).toBe(false);
  });
});

describe('tableEnding', () => {
  it('is the ending of the format, in lower case', () => {
    expect(tableEnding('a.b.CSV.GZ')).toBe('.csv.gz');
    expect(tableEnding('model.onnx')).toBeUndefined();
  });
});
