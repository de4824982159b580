import { describe, expect, it } from 'vitest';
import { parsePlain } from '../../../../core/adapters/dvc/parse-plain.ts';
import type { PlainValue } from '../../../../core/domain/data/plain-value.ts';
import { stageLockValue } from '../../../../core/domain/train/lock-text.ts';
import { readRecordedStage, readRecordedStages, recordStage } from '../../../../core/domain/train/recorded-stage.ts';

const MD5 = 'a'.repeat(32);
const path = (name: string) => ({ path: name, md5: MD5, sizeBytes: 3, fileCount: undefined, isExecutable: false });
const value = stageLockValue({
  command: ['python a.py', 'python b.py'],
  deps: [path('in.csv')],
  params: new Map([
    [
      'params.yaml',
      new Map<string, PlainValue>([
        ['depth', 3n],
        ['rate', 1.0],
        ['name', '0x1'],
      ]),
    ],
  ]),
  outs: [{ ...path('out'), md5: `${MD5}.dir`, fileCount: 2 }],
});
const recorded = recordStage('sub/dvc.lock', 'train@1', new Map([['train@1', value]]));
const { entry } = recorded;
const OUT = `    - path: out\n      hash: md5\n      md5: ${'b'.repeat(32)}\n      size: 3\n`;

describe('readRecordedStage', () => {
  it('reads what recordStage writes', async () => {
    const read = await readRecordedStage(recorded, parsePlain);
    expect(read.value).toEqual(value);
    expect(read.lock.outs).toEqual([{ ...path('out'), md5: `${MD5}.dir`, fileCount: 2 }]);
  });

  it.each([
    { name: 'a second stage', change: { entry: `${entry}  other:\n    cmd: x\n` } },
    { name: 'another stage', change: { stage: 'other' } },
    { name: 'a key at the root', change: { entry: `${entry}datasets: []\n` } },
    { name: 'a comment', change: { entry: `${entry}  # hello\n` } },
    { name: 'other spaces', change: { entry: entry.replace('deps:', 'deps: ') } },
    { name: 'an unknown key', change: { entry: entry.replace('    outs:', '    more: 1\n    outs:') } },
    { name: 'an output without an MD5', change: { entry: entry.replace(`      md5: ${MD5}.dir\n`, '') } },
    { name: 'something else than an MD5', change: { entry: entry.replace(`${MD5}.dir`, '../../x') } },
    { name: 'a path twice, of which DVC reads the last one', change: { entry: `${entry}${OUT}` } },
    {
      name: 'a dependency twice',
      change: { entry: entry.replace('    params:', `${OUT.replace('out', 'in.csv')}    params:`) },
    },
    {
      name: 'files that DVC reads in place of an MD5',
      change: { entry: `${entry}      files:\n      - relpath: a\n` },
    },
    { name: 'a version in a cloud', change: { entry: `${entry}      cloud:\n        s3:\n          version_id: a\n` } },
    { name: 'an MD5 that is a number', change: { entry: entry.replace(`${MD5}.dir`, '1'.repeat(32)) } },
    { name: 'broken YAML', change: { entry: `${entry}  : [\n` } },
    { name: 'two documents', change: { entry: `${entry}---\na: 1\n` } },
    { name: 'no entry', change: { entry: '\n' } },
    { name: 'another file', change: { file: '.github/workflows/x.yml' } },
    { name: 'a closed folder', change: { file: '.git/dvc.lock' } },
    { name: 'a path that leaves the repository', change: { file: '../dvc.lock' } },
    { name: 'an absolute path', change: { file: '/dvc.lock' } },
    { name: 'a path in a second spelling', change: { file: './dvc.lock' } },
  ])('refuses $name', async ({ change }) => {
    await expect(readRecordedStage({ ...recorded, ...change }, parsePlain)).rejects.toMatchObject({
      code: 'REPORT_INVALID',
    });
  });
});

describe('readRecordedStages', () => {
  it('refuses two entries of one stage, of which a lock can have one', async () => {
    const other = { ...recorded, entry: entry.replaceAll(MD5, 'b'.repeat(32)) };
    const reading = readRecordedStages([recorded, other], parsePlain);
    await expect(reading).rejects.toMatchObject({ code: 'REPORT_INVALID' });
    await expect(readRecordedStages([recorded, { ...recorded, file: 'dvc.lock' }], parsePlain)).resolves.toHaveLength(
      2,
    );
  });
});
