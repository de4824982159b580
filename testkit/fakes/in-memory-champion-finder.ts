import { UserError } from '../../core/errors.ts';
import type { Champion, ChampionFinder } from '../../core/ports/evaluate/champion-finder.ts';

/** Champions by selector. */
export class InMemoryChampionFinder implements ChampionFinder {
  readonly #champions: ReadonlyMap<string, Champion>;

  /** @param champions By selector. Without `auto` there is no champion for it. */
  constructor(champions: Readonly<Record<string, Champion>>) {
    this.#champions = new Map(Object.entries(champions));
  }

  async find(selector: string): Promise<Champion> {
    const champion = this.#champions.get(selector);
    if (champion !== undefined) return champion;
    if (selector === 'none' || selector === 'auto') return { kind: 'none' };
    const code = /^v?\d+\.\d+\.\d+$/.test(selector) ? 'VERSION_NOT_FOUND' : 'DATA_NOT_FOUND';
    throw new UserError(code, `there is no champion ${selector}`, { fix: 'Name a champion that is there.' });
  }
}
