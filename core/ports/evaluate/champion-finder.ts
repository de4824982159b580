import type { ChampionHistory } from '../../domain/evaluation/champion-data.ts';

/** The version that a candidate would replace. */
export type Champion =
  | { readonly kind: 'none' /** Why, for people: a sentence. */; readonly note?: string }
  | {
      readonly kind: 'found';
      /** Such as `1.4.0`; absent for a model that was given by path. */
      readonly version?: string;
      /** `sha256:<hex>` of the artifact. */
      readonly digest: string;
      /** Absolute path of the artifact on this machine: a file or a folder. */
      readonly path: string;
      /** Commit that it was made from; absent for a model that was given by path. */
      readonly commit?: string;
      /** Environments that run it. */
      readonly environments: readonly string[];
      /** Why it is this one, for people: a sentence. */
      readonly note?: string;
      /** The features that it was trained on, in their order; absent where no one said. */
      readonly features?: readonly string[];
      /** Data with which it was made and judged; absent if unknown. */
      readonly history?: ChampionHistory;
    }
  | {
      /** There is one, but it cannot be compared with: never the same as none. */
      readonly kind: 'unreadable';
      /** A clause without a full stop. */
      readonly reason: string;
      /** Such as `NO_CREDENTIALS`. */
      readonly code?: string;
      readonly version?: string;
    };

/** Finds the champion and brings its artifact to this machine. */
export interface ChampionFinder {
  /**
   * @param selector `auto`, `none`, a version (`1.4.0` or `v1.4.0`), or a path: as many of these as the finder takes.
   * @returns `none` only where there is none. `unreadable`, not an error, where a registered champion cannot be had.
   * @throws {UserError} VERSION_NOT_FOUND for a version that does not exist, DATA_NOT_FOUND for a path that does not.
   */
  find(selector: string): Promise<Champion>;
}
