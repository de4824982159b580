import { describe, expect, it } from 'vitest';
import { parsePlain } from '../../../../core/adapters/dvc/parse-plain.ts';
import { isPlainMap, type PlainMap } from '../../../../core/domain/data/plain-value.ts';
import { expandedOutputs, lockedStages } from '../../../../core/domain/train/stage-lock.ts';

const MD5 = 'acbd18db4cc2f85cedef654fccc4a4d8';
const PIPELINE = `stages:
  train:
    foreach: [cnn, rnn]
    do:
      wdir: sub
      cmd: python train.py \${item}
      outs:
      - model-\${item}.bin
      - log-\${item}.txt: {cache: false}
  grid:
    matrix: { size: [1, 2] }
    cmd: run
    outs:
    - grid/\${item.size}
`;
const LOCK = `schema: '2.0'
stages:
  train@cnn:
    cmd: python train.py cnn
    outs:
    - {path: log-cnn.txt, hash: md5, md5: ${MD5}, size: 3}
    - {path: model-cnn.bin, hash: md5, md5: ${MD5}, size: 3}
  grid@2:
    cmd: run
    outs:
    - {path: grid/2, hash: md5, md5: ${MD5}.dir, size: 3, nfiles: 1}
  gone@1:
    cmd: x
    outs:
    - {path: gone, hash: md5, md5: ${MD5}, size: 3}
`;

async function map(text: string): Promise<PlainMap> {
  const value = await parsePlain(text, 'dvc.yaml');
  if (!isPlainMap(value)) throw new TypeError('not a mapping');
  return value;
}

describe('expandedOutputs', () => {
  it('takes names and digests from the lock, and flags from the template that fits', async () => {
    const raw = (await map(PIPELINE)).get('stages');
    const stages = lockedStages(await map(LOCK), 'dvc.lock');
    if (raw === undefined || !isPlainMap(raw)) throw new TypeError('no stages');
    const found = expandedOutputs(raw, stages, { file: 'dvc.yaml', lines: new Map() });
    expect(found.map(({ path, stage, isCached, md5 }) => ({ path, stage, isCached, md5 }))).toEqual([
      { path: 'sub/log-cnn.txt', stage: 'train@cnn', isCached: false, md5: MD5 },
      { path: 'sub/model-cnn.bin', stage: 'train@cnn', isCached: true, md5: MD5 },
      { path: 'grid/2', stage: 'grid@2', isCached: true, md5: `${MD5}.dir` },
    ]);
  });
});
