import type { AdoptedRepository, JudgedPullRequest } from './adopted-repository.ts';

type Change = readonly [file: string, from: string | RegExp, to: string];

/** A repository of test/adoption/shapes, and what its team does after Tidegate is adopted. */
export interface Shape {
  readonly folder: string;
  readonly title: string;
  /** Options of init; the store is always given. */
  readonly options: readonly string[];
  readonly model: string;
  readonly better: Change;
  readonly worse: Change;
  /** The packages are installed by the workflow, from the package index. */
  readonly installs?: boolean;
}

/** What a whole life of a first model took. */
export interface Adopted {
  readonly commits: number;
  readonly seconds: number;
  readonly first: JudgedPullRequest;
}

/** Runs init, commits what it wrote on a branch, and waits for the first pull request. */
export async function adoptByInit(repository: AdoptedRepository, { options }: Shape): Promise<Adopted> {
  const started = Date.now();
  const { exitCode, output } = await repository.init(...options);
  if (exitCode !== 0) throw new Error(`init ended with ${exitCode}: ${output}`);
  const first = await repository.propose('adopt', {});
  return { commits: 1, seconds: (Date.now() - started) / 1000, first };
}
