import { describe, expect, it } from 'vitest';
import type { PlainMap, PlainValue } from '../../../../core/domain/data/plain-value.ts';
import type { Stage } from '../../../../core/domain/train/pipeline.ts';
import { parseStageLock, stageOutputs } from '../../../../core/domain/train/stage-lock.ts';

const [FIRST, LAST] = ['a'.repeat(32), 'b'.repeat(32)];
const out = (md5: string): PlainMap =>
  new Map<string, PlainValue>([
    ['path', 'model.bin'],
    ['hash', 'md5'],
    ['md5', md5],
  ]);
const stages: PlainMap = new Map([
  [
    'train',
    new Map<string, PlainValue>([
      ['cmd', 'x'],
      ['outs', [out(FIRST), out(LAST)]],
    ]),
  ],
]);

// DVC 3.67.1 builds {item["path"]: item for item in outs} (dvc/stage/loader.py), and its index has the last MD5.
describe('a dvc.lock with a path twice', () => {
  it('has the entry that DVC reads, the last one', () => {
    expect(parseStageLock(stages, 'train', 'dvc.lock')?.outs.map(({ md5 }) => md5)).toEqual([LAST]);
  });

  it('gives the output that DVC pulls', () => {
    const declared = { written: 'model.bin', path: 'model.bin', isCached: true, isPushed: true, remote: undefined };
    const stage = {
      name: 'train',
      file: 'dvc.yaml',
      folder: '',
      address: 'train',
      outs: [declared],
    } as unknown as Stage;
    expect(stageOutputs(stage, stages).map(({ md5 }) => md5)).toEqual([LAST]);
  });
});
