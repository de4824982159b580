import { describe, expect, it } from 'vitest';
import { ServiceError, UserError } from '../../../../core/errors.ts';
import type { CommandEnd } from '../../../../core/ports/train/command-runner.ts';
import {
  type CommitCode,
  type PredictPorts,
  type PredictRequest,
  predictContenders,
} from '../../../../core/usecases/train/predict-contenders.ts';
import { ScriptedCommandRunner } from '../../../../testkit/fakes/scripted-command-runner.ts';

const OK: CommandEnd = { exitCode: 0, lastLines: [] };
const BROKEN: CommandEnd = { exitCode: 1, lastLines: ['ModuleNotFoundError: sklearn'] };
const COMMIT = 'c'.repeat(40);
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const REQUEST: PredictRequest = {
  scoring: { kind: 'command', command: 'predict {artifact} {dataset} {predictions}' },
  python: 'python',
  file: 'tidegate.yaml',
  dataset: { shown: 'test.csv', absolute: '/w/test.csv', digest: digest('d') },
  candidate: { location: '/w/model.pkl', digest: digest('a') },
  folder: '',
  into: '/t',
};
const OF_CANDIDATE = 'predict /w/model.pkl /w/test.csv /t/candidate.csv';
const OF_CHAMPION = 'then /s/model.pkl /w/test.csv /t/champion.csv';
const CHAMPION = { version: '1.0.0', digest: digest('b'), location: '/s/model.pkl', commit: COMMIT };
const TABLE = { digest: digest('8'), sizeBytes: 10 };

interface Scene {
  readonly ends?: Readonly<Record<string, CommandEnd>>;
  readonly champion?: PredictPorts['championToScore'];
  readonly own?: CommitCode['own'];
  readonly missing?: readonly string[];
  readonly openCode?: PredictPorts['openCode'];
}

function scene({ ends = {}, champion, own, missing = [], openCode }: Scene = {}) {
  const commands = new ScriptedCommandRunner({ [OF_CANDIDATE]: OK });
  const theirs = new ScriptedCommandRunner({ [OF_CHAMPION]: OK, ...ends });
  const notes: string[] = [];
  const removed: string[] = [];
  let closed = 0;
  const code: CommitCode = {
    commands: theirs,
    folder: 'models',
    scoring: { kind: 'command', command: 'then {artifact} {dataset} {predictions}' },
    python: 'python',
    own,
    close: async () => void closed++,
  };
  const ports: PredictPorts = {
    commands,
    hasher: { hash: async () => ({ kind: 'file', files: [], ...TABLE }) },
    championToScore: champion ?? (async () => CHAMPION),
    openCode: openCode ?? (async () => code),
    remove: async (path) => void removed.push(path),
    exists: async (path) => !missing.includes(path),
    note: (line) => void notes.push(line),
    group: (_, work) => work(),
  };
  return { ports, commands, theirs, notes, removed, closed: () => closed };
}

describe('predictContenders', () => {
  it('scores the candidate by the present command, and the champion by that of its own commit', async () => {
    const { ports, theirs, closed } = scene();
    expect(await predictContenders(REQUEST, ports)).toEqual({
      dataset: { path: 'test.csv', digest: digest('d') },
      scoredBy: 'command',
      candidate: {
        digest: digest('a'),
        command: 'predict {artifact} {dataset} {predictions}',
        predictions: { file: 'candidate.csv', ...TABLE },
      },
      champion: {
        version: '1.0.0',
        digest: digest('b'),
        commit: COMMIT,
        command: 'then {artifact} {dataset} {predictions}',
        environment: 'present',
        predictions: { file: 'champion.csv', ...TABLE },
      },
    });
    expect(theirs.commands).toEqual([{ line: OF_CHAMPION, folder: 'models', variables: {} }]);
    expect(closed()).toBe(1);
  });

  it('asks for the champion of this dataset, and scores none where the judge needs none', async () => {
    const asked: string[] = [];
    const { ports, theirs } = scene({
      champion: async (dataset) => {
        asked.push(dataset);
        return undefined;
      },
    });
    expect(await predictContenders(REQUEST, ports)).not.toHaveProperty('champion');
    expect(asked).toEqual([digest('d')]);
    expect(theirs.commands).toEqual([]);
  });

  it('installs what its own lock file names where the packages of this job do not do', async () => {
    const own = { install: 'install', path: '/venv/bin:/bin' };
    const { ports, theirs, removed } = scene({ own });
    let runs = 0;
    theirs.run = async (command) => {
      theirs.commands.push(command);
      return command.line === OF_CHAMPION && runs++ === 0 ? BROKEN : OK;
    };
    const { champion } = await predictContenders(REQUEST, ports);
    expect(champion).toMatchObject({ environment: 'own', predictions: { file: 'champion.csv' } });
    expect(theirs.commands.map(({ line, variables }) => [line, variables])).toEqual([
      [OF_CHAMPION, {}],
      ['install', {}],
      [OF_CHAMPION, { PATH: '/venv/bin:/bin' }],
    ]);
    // What the attempt that failed has written is not taken for the result of the other one.
    expect(removed).toEqual(Array.from({ length: 3 }, () => '/t/champion.csv'));
  });

  it.each<[string, Scene, RegExp]>([
    ['its code fails', { ends: { [OF_CHAMPION]: BROKEN } }, /ModuleNotFoundError/],
    [
      'its own packages cannot be installed',
      { ends: { [OF_CHAMPION]: BROKEN }, own: { install: 'install', path: '' } },
      /"install" ended with exit code 127/,
    ],
    ['its code writes nothing', { missing: ['/t/champion.csv'] }, /wrote no \{predictions\}/],
    ['its commit is unknown', { champion: async () => ({ digest: digest('b'), location: '/s' }) }, /commit/],
    [
      'its commit is not there',
      {
        openCode: async () => {
          throw new UserError('COMMIT_UNREADABLE', 'the commit is not in this check-out', { fix: 'x' });
        },
      },
      /not in this check-out/,
    ],
  ])('says why the champion has no scores, which is not an error of the author: %s', async (_, given, reason) => {
    const { ports, closed } = scene(given);
    const { champion, candidate } = await predictContenders(REQUEST, ports);
    expect(candidate.predictions.file).toBe('candidate.csv');
    expect(champion?.predictions).toBeUndefined();
    expect(champion?.problem).toMatch(reason);
    expect(closed()).toBe(given.openCode === undefined && given.champion === undefined ? 1 : 0);
  });

  it('leaves a champion that could not be looked for to the judge, and says so', async () => {
    const refused = new ServiceError('STORE_UNREACHABLE', 'no route', { fix: 'x', retryable: true });
    const { ports, notes } = scene({ champion: () => Promise.reject(refused) });
    expect(await predictContenders(REQUEST, ports)).not.toHaveProperty('champion');
    expect(notes.join()).toContain('no route');
  });

  it.each<[string, Scene, string]>([
    ['fails', { missing: [] }, 'COMMAND_FAILED'],
    ['writes nothing', { missing: ['/t/candidate.csv'] }, 'DATA_NOT_FOUND'],
  ])('is an error where the command %s on the candidate', async (what, given, code) => {
    const { ports } = scene(given);
    const request = what === 'fails' ? { ...REQUEST, into: '/elsewhere' } : REQUEST;
    await expect(predictContenders(request, ports)).rejects.toMatchObject({ code });
  });
});
