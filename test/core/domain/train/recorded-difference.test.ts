import { describe, expect, it } from 'vitest';
import type { Stage } from '../../../../core/domain/train/pipeline.ts';
import { recordedDifference } from '../../../../core/domain/train/recorded-difference.ts';
import type { StageLock } from '../../../../core/domain/train/stage-lock.ts';

const at = (path: string) => ({ written: path, path });
const out = {
  ...at('model.onnx'),
  isCached: true,
  isPushed: true,
  isPersisted: false,
  isMetric: false,
  remote: undefined,
};
const stage: Stage = {
  ...{
    address: 'train',
    name: 'train',
    file: 'dvc.yaml',
    folder: '',
    command: 'x',
    isFrozen: false,
    isAlwaysChanged: false,
  },
  deps: [at('a'), at('b')],
  params: [{ ...at('params.yaml'), keys: ['depth'] }],
  outs: [out],
};
const locked = (path: string) => ({ path, md5: 'a', sizeBytes: 1, fileCount: undefined, isExecutable: false });
const lock: StageLock = {
  command: 'x',
  deps: [locked('b'), locked('a')],
  params: new Map([['params.yaml', new Map([['depth', 3n]])]]),
  outs: [locked('model.onnx')],
};

describe('recordedDifference', () => {
  it('is undefined for the same stage, in any order and with any digests', () => {
    expect(recordedDifference(stage, lock)).toBeUndefined();
  });

  it.each([
    { name: 'command', change: { command: ['x'] }, says: /command/ },
    { name: 'dependency', change: { deps: [at('a')] }, says: /dependencies/ },
    { name: 'output', change: { outs: [{ ...out, ...at('other') }] }, says: /outputs/ },
    { name: 'parameters file', change: { params: [] }, says: /parameters files/ },
    { name: 'parameter', change: { params: [{ ...at('params.yaml'), keys: ['rate'] }] }, says: /parameters of params/ },
  ])('names another $name', ({ change, says }) => {
    expect(recordedDifference({ ...stage, ...change }, lock)).toMatch(says);
  });

  it('takes any parameters of a file that a stage reads whole', () => {
    const whole = { ...stage, params: [{ ...at('params.yaml'), keys: undefined }] };
    expect(recordedDifference(whole, lock)).toBeUndefined();
  });
});
