import { describe, expect, it } from 'vitest';
import { parsePlain } from '../../../../core/adapters/dvc/parse-plain.ts';
import type { DataProject } from '../../../../core/domain/data/data-project.ts';
import {
  selectJudgedReads,
  selectModelReads,
  selectTargets,
  type WantedOutput,
} from '../../../../core/domain/data/select-outputs.ts';
import { parseDvcFile } from '../../../../core/domain/data/tracked-output.ts';
import { DEFAULT_STYLE } from '../../../../core/domain/train/command-options.ts';
import { parsePipeline } from '../../../../core/domain/train/pipeline.ts';
import { lockFileOf, stageOutputs } from '../../../../core/domain/train/stage-lock.ts';
import { NO_VARIABLES } from '../../../../core/domain/train/stage-variables.ts';

const MD5 = '0'.repeat(32);
const tracked = async (path: string, suffix = '') =>
  parseDvcFile(
    await parsePlain(`outs:\n- md5: ${MD5.replace(/0/g, 'a')}${suffix}\n  hash: md5\n  path: ${path}\n`, 'x'),
    `${path}.dvc`,
  );

async function project(): Promise<DataProject> {
  const yaml = `stages:
  prepare: { cmd: p, deps: [raw.csv], outs: [train.csv] }
  split: { cmd: s, deps: [raw.csv], outs: [test.csv] }
  train: { cmd: t, deps: [train.csv, images/cats], outs: [model], metrics: [{ m.json: { cache: false } }] }
`;
  const { stages, refusals } = await parsePipeline(await parsePlain(yaml, 'dvc.yaml'), {
    file: 'dvc.yaml',
    variables: NO_VARIABLES,
    load: async () => undefined,
    style: DEFAULT_STYLE,
  });
  const files = await Promise.all([tracked('raw.csv'), tracked('images', '.dir'), tracked('unrelated')]);
  const outputs = [...files.flat(), ...stages.flatMap((stage) => stageOutputs(stage, new Map()))];
  return {
    outputs,
    stages,
    refusals,
    locks: new Map([[lockFileOf({ file: 'dvc.yaml' }), new Map()]]),
    config: new Map(),
  };
}

const shown = (wanted: readonly WantedOutput[]): string[] =>
  wanted.map(({ output, parts }) => `${output.path} ${parts.join(',')}`.trim()).sort();

describe('selectModelReads', () => {
  it('takes what the stages and those before them read, never what they make', async () => {
    expect(shown(selectModelReads(await project(), { stages: ['train'], datasets: [] }))).toEqual([
      'images cats',
      'raw.csv',
    ]);
  });

  it('takes the dataset, also where another stage makes it', async () => {
    const reads = { stages: ['train'], datasets: ['test.csv', 's3://b/x.csv', 'logs/*.csv', 'in-git.csv'] };
    expect(shown(selectModelReads(await project(), reads))).toEqual(['images cats', 'raw.csv', 'test.csv']);
    expect(shown(selectModelReads(await project(), { stages: [], datasets: ['train.csv'] }))).toEqual(['train.csv']);
  });

  it('refuses an unknown stage and names the nearest', async () => {
    const all = await project();
    expect(() => selectModelReads(all, { stages: ['trian'], datasets: [] })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', fix: expect.stringContaining('train') }),
    );
  });
});

describe('selectJudgedReads', () => {
  it('takes the datasets alone, and nothing that the stages that train make', async () => {
    const reads = (...datasets: readonly string[]) => ({ stages: ['train'], datasets });
    const all = await project();
    expect(shown(selectJudgedReads(all, reads('test.csv', 'images/cats/1.png', 's3://b/x.csv', 'in-git.csv')))).toEqual(
      ['images cats/1.png', 'test.csv'],
    );
    expect(shown(selectJudgedReads(all, reads('train.csv', 'model')))).toEqual([]);
    expect(shown(selectJudgedReads(all, { stages: [], datasets: ['train.csv'] }))).toEqual(['train.csv']);
  });

  it('takes what a pattern may match, and no more', async () => {
    const of = async (pattern: string) =>
      shown(selectJudgedReads(await project(), { stages: [], datasets: [pattern] }));
    expect(await of('t*.csv')).toEqual(['test.csv', 'train.csv']);
    expect(await of('i*/*.png')).toEqual(['images']);
    expect(await of('**/*.csv')).toEqual(['images', 'raw.csv', 'test.csv', 'train.csv']);
    expect(await of('images/cats/*.png')).toEqual(['images cats']);
    expect(await of('elsewhere/*.png')).toEqual([]);
  });
});

describe('selectTargets', () => {
  it.each([
    ['raw.csv', ['raw.csv']],
    ['raw.csv.dvc', ['raw.csv']],
    ['images/cats/1.png', ['images cats/1.png']],
    ['train', ['model']],
    ['.', ['images', 'model', 'raw.csv', 'test.csv', 'train.csv', 'unrelated']],
  ])('finds %s', async (target, expected) => {
    expect(shown(selectTargets(await project(), [target]))).toEqual(expected);
  });

  it('refuses a target that names nothing', async () => {
    const all = await project();
    expect(() => selectTargets(all, ['raw.cvs'])).toThrow(expect.objectContaining({ fix: 'Did you mean "raw.csv"?' }));
    expect(() => selectTargets(all, ['../x'])).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
  });
});
