import { isDeepStrictEqual } from 'node:util';
import { mapParallel } from '../../core/async/map-parallel.ts';
import type { Finding } from './finding.ts';
import { makeInputs } from './make-inputs.ts';
import { type DvcCase, pullHere } from './pull-here.ts';

/** Random small DVC repositories: data-pull brings what the real `dvc pull` brings. */
export async function fuzzDvc(seed: number, count: number): Promise<readonly Finding[]> {
  const made = await makeInputs<DvcCase>('fuzz_dvc', { environment: 'demo', args: [String(seed), String(count)] });
  try {
    const results = await mapParallel(made.cases, 2, async (one): Promise<readonly Finding[]> => {
      const { run, files } = await pullHere(one, made.folder);
      if (run.exitCode === 0 && isDeepStrictEqual(files, one.files)) return [];
      return [{ seed, input: one.name, own: run.exitCode === 0 ? files : run.stdout, peer: one.files }];
    });
    return results.flat();
  } finally {
    await made.remove();
  }
}
