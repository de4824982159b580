import { describe, expect, it } from 'vitest';
import type { PlainValue } from '../../../../core/domain/data/plain-value.ts';
import type { Stage } from '../../../../core/domain/train/pipeline.ts';
import {
  changedOutputs,
  commandLines,
  inputChange,
  type StageState,
} from '../../../../core/domain/train/stage-change.ts';
import type { LockedPath, StageLock } from '../../../../core/domain/train/stage-lock.ts';
import { upstreamStages } from '../../../../core/domain/train/stage-order.ts';

const at = (path: string) => ({ written: path, path });
const out = (path: string) => ({
  ...at(path),
  isCached: true,
  isMetric: false,
  isPersisted: false,
  isPushed: true,
  remote: undefined,
});
const locked = (path: string, md5 = 'a'): LockedPath => {
  return { path, md5: md5.repeat(32), sizeBytes: 1, fileCount: undefined, isExecutable: false };
};
const stage = (name: string, deps: string[], outs: string[]): Stage => ({
  address: name,
  name,
  file: 'dvc.yaml',
  folder: '',
  command: 'run',
  deps: deps.map(at),
  params: [{ ...at('params.yaml'), keys: ['lr'] }],
  outs: outs.map(out),
  isFrozen: false,
  isAlwaysChanged: false,
});
const params = (value: PlainValue) => new Map([['params.yaml', new Map([['lr', value]])]]);
const lock: StageLock = { command: 'run', deps: [locked('d')], params: params(1), outs: [locked('o')] };
const state: StageState = {
  deps: new Map([['d', locked('d')]]),
  params: params(1n),
  outs: new Map([['o', locked('o')]]),
};
const one = stage('s', ['d'], ['o']);

describe('inputChange', () => {
  it('finds nothing where all is as in the lock (1 equals 1.0)', () => {
    expect(inputChange(one, lock, state)).toBeUndefined();
  });

  it.each([
    ['never ran', one, undefined, state, 'it never ran'],
    ['command', { ...one, command: ['run'] }, lock, state, 'its command changed'],
    ['dependency', one, lock, { ...state, deps: new Map([['d', locked('d', 'b')]]) }, 'd changed'],
    ['absent dependency', one, lock, { ...state, deps: new Map([['d', undefined]]) }, 'd changed'],
    ['new dependency', stage('s', ['d', 'e'], ['o']), lock, state, 'its list of dependencies changed'],
    ['parameter', one, lock, { ...state, params: params(2n) }, 'parameter lr of params.yaml changed'],
    ['removed parameter', one, lock, { ...state, params: new Map() }, 'parameter lr of params.yaml changed'],
    ['always', { ...one, isAlwaysChanged: true }, lock, state, 'it is marked always_changed'],
    [
      'neither reads nor makes',
      { ...one, deps: [], params: [], outs: [] },
      { ...lock, deps: [], params: new Map() },
      state,
      'it has no dependencies and no outputs',
    ],
    [
      'nothing, where it only makes something',
      { ...one, deps: [], params: [] },
      { ...lock, deps: [], params: new Map() },
      state,
      undefined,
    ],
  ] as const)('says why: %s', (_, changed, before, now, reason) => {
    expect(inputChange(changed, before, now)).toBe(reason);
  });
});

describe('changedOutputs', () => {
  it('names absent and other outputs', () => {
    expect(changedOutputs(one, lock, state)).toEqual([]);
    expect(changedOutputs(one, lock, { ...state, outs: new Map() })).toEqual(['o']);
    expect(changedOutputs(one, lock, { ...state, outs: new Map([['o', locked('o', 'c')]]) })).toEqual(['o']);
  });
});

describe('commandLines', () => {
  it('splits a text into lines and keeps a list', () => {
    expect(commandLines('a\nb\n')).toEqual(['a', 'b']);
    expect(commandLines(['a\nb', 'c'])).toEqual(['a\nb', 'c']);
  });
});

describe('upstreamStages', () => {
  it('puts stages after those that make what they read', () => {
    const stages = [
      stage('c', ['b/part'], ['x']),
      stage('a', [], ['a']),
      stage('b', ['a'], ['b']),
      stage('z', [], ['z']),
    ];
    expect(upstreamStages({ stages, refusals: [] }, ['c']).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('refuses stages that wait for each other', () => {
    expect(() =>
      upstreamStages({ stages: [stage('a', ['b'], ['a']), stage('b', ['a'], ['b'])], refusals: [] }, ['a']),
    ).toThrow('a -> b -> a');
  });
});
