import { resolve } from 'node:path';
import { UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { Champion, ChampionFinder } from '../../ports/evaluate/champion-finder.ts';
import { isThere } from './absent.ts';

/** Champions given by hand: `none`, or the path of a model of this machine. */
export class LocalChampionFinder implements ChampionFinder {
  readonly #baseFolder: string;
  readonly #hasher: ArtifactHasher;
  readonly #features: readonly string[] | undefined;

  /**
   * @param baseFolder Absolute folder that relative paths start from.
   * @param features What the champion was trained on; undefined: no one said.
   */
  constructor(baseFolder: string, hasher: ArtifactHasher, features?: readonly string[]) {
    this.#baseFolder = baseFolder;
    this.#hasher = hasher;
    this.#features = features;
  }

  async find(selector: string): Promise<Champion> {
    if (selector === 'none') return { kind: 'none' };
    const path = resolve(this.#baseFolder, selector);
    if (!isThere(path)) {
      throw new UserError('DATA_NOT_FOUND', `there is no champion at ${selector}`, {
        fix: 'Set the input champion to auto, none, a version, or the path of a model.',
      });
    }
    const { digest } = await this.#hasher.hash(path);
    const features = this.#features === undefined ? {} : { features: this.#features };
    return { kind: 'found', digest, path, environments: [], ...features };
  }
}
