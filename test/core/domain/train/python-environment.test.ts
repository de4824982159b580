import { describe, expect, it } from 'vitest';
import { pythonEnvironmentOf } from '../../../../core/domain/train/python-environment.ts';

describe('pythonEnvironmentOf', () => {
  it.each([
    [['uv.lock', 'requirements.txt'], 'uv run python'],
    [['requirements.txt', 'poetry.lock'], 'poetry run python'],
    [['pdm.lock'], 'pdm run python'],
    [['pixi.lock'], 'pixi run python'],
    [['train.py', 'requirements.txt'], 'python'],
  ])('takes a lock file before a list of requirements: %j', (files, python) => {
    expect(pythonEnvironmentOf(files)?.python).toBe(python);
  });

  it('is none where no file says what is installed', () => {
    expect(pythonEnvironmentOf(['train.py', 'uv.lock.bak'])).toBeUndefined();
  });
});
