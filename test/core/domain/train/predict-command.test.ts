import { describe, expect, it } from 'vitest';
import { missingPlaces, predictLine, scoringLine } from '../../../../core/domain/train/predict-command.ts';
import { runProgram } from '../../../../testkit/run-program.ts';

const PATHS = { artifact: '/m/model.pkl', dataset: '/d/test.csv', predictions: '/t/p.csv' };
const HOSTILE = `/a "b" 'c' $(touch /tmp/no) \`id\` \\ ! ; & | * ~ {dataset}\n#.csv`;

describe('missingPlaces', () => {
  it('names what a command does not have in braces', () => {
    expect(missingPlaces('p {artifact} {dataset} {predictions}')).toEqual([]);
    expect(missingPlaces('p {artifact} {data} predictions')).toEqual(['dataset', 'predictions']);
  });
});

describe('predictLine', () => {
  it('puts paths in place of names, each time, and leaves other braces alone', () => {
    const line = predictLine('p {artifact} {dataset} -o {predictions} {artifact} $HOME {x}', PATHS);
    expect(line).toBe('p /m/model.pkl /d/test.csv -o /t/p.csv /m/model.pkl $HOME {x}');
  });

  it.each(['sh', 'bash'])('gives %s each path as one word, whatever is in it', async (shell) => {
    const line = predictLine("printf '%s\\0' {artifact} {dataset} {predictions}", {
      artifact: HOSTILE,
      dataset: "it's",
      predictions: '',
    });
    const { stdout } = await runProgram(shell, ['-c', line], { cwd: '/', env: { PATH: process.env.PATH ?? '' } });
    expect(stdout.split('\0')).toEqual([HOSTILE, "it's", '', '']);
  });
});

describe('scoringLine', () => {
  it('gives the program for MLflow its settings as one word of JSON', async () => {
    const settings = { task: 'regression', label: `y'"$x`, features: undefined, exclude: ['a b'], classes: undefined };
    const line = scoringLine({ kind: 'mlflow', scorer: '/s.py', settings }, "printf '%s\\0'", PATHS);
    const { stdout } = await runProgram('sh', ['-c', line], { cwd: '/', env: { PATH: process.env.PATH ?? '' } });
    const [scorer, artifact, dataset, predictions, json] = stdout.split('\0');
    expect([scorer, artifact, dataset, predictions]).toEqual(['/s.py', ...Object.values(PATHS)]);
    expect(JSON.parse(json ?? '')).toEqual({ task: 'regression', label: `y'"$x`, exclude: ['a b'] });
  });
});
