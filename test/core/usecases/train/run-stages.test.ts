import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { isPlainMap, type PlainMap } from '../../../../core/domain/data/plain-value.ts';
import type { Stage } from '../../../../core/domain/train/pipeline.ts';
import { lockedStages, parseStageLock } from '../../../../core/domain/train/stage-lock.ts';
import type { Command } from '../../../../core/ports/train/command-runner.ts';
import { runStages } from '../../../../core/usecases/train/run-stages.ts';
import { InMemoryDataCache } from '../../../../testkit/fakes/in-memory-data-cache.ts';
import { InMemoryDataWorkspace } from '../../../../testkit/fakes/in-memory-data-workspace.ts';
import { InMemoryPlainFiles } from '../../../../testkit/fakes/in-memory-plain-files.ts';
import { ScriptedCommandRunner } from '../../../../testkit/fakes/scripted-command-runner.ts';

const TRAIN: Stage = {
  ...{ address: 'train', name: 'train', file: 'dvc.yaml', folder: '', command: 'python train.py' },
  deps: [{ written: 'train.py', path: 'train.py' }],
  params: [{ written: 'params.yaml', path: 'params.yaml', keys: ['lr'] }],
  outs: [outputOf('model')],
  isFrozen: false,
  isAlwaysChanged: false,
};

function outputOf(path: string): Stage['outs'][number] {
  const flags = { isCached: true, isMetric: false, isPersisted: false, isPushed: true };
  return { written: path, path, ...flags, remote: undefined };
}

/** A program that trains: its model says what it was made of. */
class Trainer extends ScriptedCommandRunner {
  readonly #workspace: InMemoryDataWorkspace;
  model = 'model';

  constructor(workspace: InMemoryDataWorkspace) {
    super({ 'python train.py': { exitCode: 0, lastLines: [] }, 'python none.py': { exitCode: 0, lastLines: [] } });
    this.#workspace = workspace;
  }

  override async run(command: Command) {
    if (command.line === 'python train.py') this.#workspace.write('model', this.model);
    return super.run(command);
  }
}

let cache: InMemoryDataCache;
let workspace: InMemoryDataWorkspace;
let files: InMemoryPlainFiles;
let commands: Trainer;
beforeEach(() => {
  cache = new InMemoryDataCache();
  workspace = new InMemoryDataWorkspace(cache, { 'train.py': 'code' });
  files = new InMemoryPlainFiles({ 'params.yaml': '{"lr": 0.5, "other": 1}' });
  commands = new Trainer(workspace);
});

async function locks(): Promise<ReadonlyMap<string, PlainMap>> {
  const lock = await files.read('dvc.lock');
  return new Map(isPlainMap(lock) ? [['dvc.lock', lockedStages(lock, 'dvc.lock')]] : []);
}

/** Runs a stage by what dvc.lock says now, and says whether it ran. */
async function run(stage: Stage = TRAIN, force = false): Promise<boolean> {
  const project = { outputs: [], stages: [stage], refusals: [], locks: await locks(), config: new Map() };
  const [result] = await runStages(
    project,
    { stages: [stage], force, folder: '' },
    {
      ...{ cache, workspace, files, commands, root: '/work', nowMs: () => 0, note: () => {} },
      ignore: async () => {},
      group: (_, work) => work(),
    },
  );
  return result?.ran ?? false;
}

describe('runStages', () => {
  it('runs a stage once, and keeps its output in the cache and in dvc.lock', async () => {
    expect([await run(), await run()]).toEqual([true, false]);
    expect(commands.commands).toMatchObject([
      { line: 'python train.py', variables: { DVC_ROOT: '/work', DVC_STAGE: 'train' } },
    ]);
    const entry = (await locks()).get('dvc.lock')?.get('train');
    const [found] = isPlainMap(entry) ? [parseStageLock(new Map([['train', entry]]), 'train', 'dvc.lock')] : [];
    const md5 = createHash('md5').update('model').digest('hex');
    expect(found).toMatchObject({ command: 'python train.py', outs: [{ path: 'model', md5, sizeBytes: 5 }] });
    expect(found?.params.get('params.yaml')).toEqual(new Map([['lr', 0.5]]));
    expect(await cache.has(md5)).toBe(true);
  });

  it.each<readonly [string, () => void | Promise<void>, boolean]>([
    ['its dependency changed', () => workspace.write('train.py', 'other'), true],
    ['its parameter changed', () => files.set('params.yaml', [{ file: undefined, key: 'lr', value: '0.1' }]), true],
    ['its output changed', () => workspace.write('model', 'by hand'), true],
    [
      'a parameter that it does not take changed',
      () => files.set('params.yaml', [{ file: undefined, key: 'other', value: '2' }]),
      false,
    ],
    ['its output is gone and the cache has it', () => workspace.remove('model'), false],
  ])('where %s', async (_, change, ran) => {
    await run();
    await change();
    expect(await run()).toBe(ran);
    expect(workspace.texts.model).toBe('model');
    expect(await run()).toBe(false);
  });

  it('runs again where another command is written, and where it is forced to', async () => {
    await run();
    expect(await run({ ...TRAIN, command: ['python train.py', 'python none.py'] })).toBe(true);
    expect(await run(TRAIN, true)).toBe(true);
  });

  it('writes no lock for a stage that fails, that makes nothing, or that lacks what it needs', async () => {
    const failing: readonly (readonly [Partial<Stage>, string])[] = [
      [{ command: 'no-such-program' }, 'COMMAND_FAILED'],
      [{ command: 'python none.py' }, 'DATA_NOT_FOUND'],
      [{ deps: [{ written: 'absent', path: 'absent' }] }, 'DATA_NOT_FOUND'],
      [{ params: [{ written: 'absent.yaml', path: 'absent.yaml', keys: ['a'] }] }, 'DATA_NOT_FOUND'],
      [{ params: [{ written: 'params.yaml', path: 'params.yaml', keys: ['lr', 'absent'] }] }, 'DVC_INVALID'],
    ];
    for (const [change, code] of failing) {
      await expect(run({ ...TRAIN, ...change })).rejects.toMatchObject({ code });
      expect(await files.read('dvc.lock')).toBeUndefined();
    }
  });

  it('records what is there of a frozen stage, and does not run it', async () => {
    workspace.write('model', 'made elsewhere');
    expect(await run({ ...TRAIN, isFrozen: true })).toBe(false);
    expect(commands.commands).toEqual([]);
    expect((await locks()).size).toBe(1);
  });
});
