import { createHash } from 'node:crypto';
import { parsePlain } from '../../../../core/adapters/dvc/parse-plain.ts';
import { formatDirectoryManifest } from '../../../../core/domain/data/directory-manifest.ts';
import { stageLockValue } from '../../../../core/domain/train/lock-text.ts';
import { type RecordedStage, readRecordedStages, recordStage } from '../../../../core/domain/train/recorded-stage.ts';
import type { LockedPath, StageLock } from '../../../../core/domain/train/stage-lock.ts';
import { matchRuns, type RecordedRun } from '../../../../core/usecases/record/recorded-run.ts';

/** As DVC names bytes. */
export const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** A pipeline of two stages: a folder, then a model and its metrics. */
export const FILES = { 'prepare.py': 'prepare', 'train.py': 'train', 'raw.csv.dvc': '' } as const;
const PIPELINE = `stages:
  prepare: { cmd: python prepare.py, deps: [prepare.py, raw.csv], outs: [table] }
  train:
    cmd: python train.py
    deps: [table, train.py]
    params: [depth]
    outs: [model.onnx]
    metrics: [metrics.json: { cache: false }]
`;
export const MEMBERS = { 'a.csv': 'one', 'b.csv': 'two' } as const;
export const MODEL = 'the model';
export const METRICS = '{"auc": 0.7}\n';
export const LIST = formatDirectoryManifest(Object.entries(MEMBERS).map(([path, text]) => ({ path, md5: md5(text) })));
export const TABLE = `${md5(LIST)}.dir`;
const locked = (path: string, name: string): LockedPath => ({
  ...{ path, md5: name, sizeBytes: 1, isExecutable: false },
  fileCount: name.endsWith('.dir') ? 2 : undefined,
});

/** What an honest training records. */
export const LOCKS: Readonly<Record<'prepare' | 'train', StageLock>> = {
  prepare: {
    command: 'python prepare.py',
    deps: [locked('prepare.py', md5('prepare')), locked('raw.csv', md5('raw'))],
    params: new Map(),
    outs: [locked('table', TABLE)],
  },
  train: {
    command: 'python train.py',
    deps: [locked('table', TABLE), locked('train.py', md5('train'))],
    params: new Map([['params.yaml', new Map([['depth', 3n]])]]),
    outs: [locked('metrics.json', md5(METRICS)), locked('model.onnx', md5(MODEL))],
  },
};

/** A lock with another MD5 at a path. */
export function withMd5(lock: StageLock, path: string, name: string): StageLock {
  const change = (all: readonly LockedPath[]) => all.map((one) => (one.path === path ? { ...one, md5: name } : one));
  return { ...lock, deps: change(lock.deps), outs: change(lock.outs) };
}

/** The entries of locks. */
export function entriesOf(locks: Readonly<Record<string, StageLock>> = LOCKS, metrics = METRICS): RecordedStage[] {
  return Object.entries(locks).map(([name, lock]) => ({
    ...recordStage('dvc.lock', name, new Map([[name, stageLockValue(lock)]])),
    ...(name === 'train' && { files: [{ path: 'metrics.json', text: metrics }] }),
  }));
}

/** The stages of the commit with these entries. */
export async function runsOf(recorded = entriesOf()): Promise<readonly RecordedRun[]> {
  const read = async (path: string) => (path === 'dvc.yaml' ? PIPELINE : undefined);
  const runs = await matchRuns(await readRecordedStages(recorded, parsePlain), { read, parse: parsePlain });
  if (typeof runs === 'string') throw new Error(runs);
  return runs;
}
