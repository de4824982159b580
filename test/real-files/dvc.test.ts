import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapParallel } from '../../core/async/map-parallel.ts';
import { makeInputs } from './make-inputs.ts';
import { type DvcCase, pullHere } from './pull-here.ts';

const made = await makeInputs<DvcCase>('dvc_repositories', { environment: 'demo' });
const pulled = new Map<string, Awaited<ReturnType<typeof pullHere>>>();

beforeAll(async () => {
  await mapParallel(made.cases, 2, async (one) => pulled.set(one.name, await pullHere(one, made.folder)));
});
afterAll(() => made.remove());

describe('data-pull brings the files that dvc pull brings', () => {
  it.each(made.cases)('$name', ({ name, files }) => {
    const { run, files: found } = pulled.get(name) ?? {};
    expect(run?.exitCode, run?.stdout).toBe(0);
    expect(found).toEqual(files);
  });
});
