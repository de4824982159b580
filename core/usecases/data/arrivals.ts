import type { WantedFile } from '../../domain/data/wanted-file.ts';
import type { CacheAddition, SpareFile } from '../../ports/data/data-cache.ts';
import type { DataWorkspace, Placement } from '../../ports/data/data-workspace.ts';
import type { WorkspaceDifference } from './compare-workspace.ts';

/** An object by its name. */
interface Named {
  readonly md5: string;
}

/** Received part of an object. */
interface Arrival {
  readonly sha256: string;
  /** While its first files are placed. */
  bytes: Uint8Array | undefined;
  /** The file that was made of it on the way, and for how many files it is; the last one takes it. */
  spare: string | undefined;
  left: number;
  readonly copies: Promise<void>[];
}

/** The part of the workspace that files are placed by. */
export type PlacingWorkspace = Pick<DataWorkspace, 'place' | 'spare' | 'newFile' | 'pulls'>;

/** Places files while others are still being fetched. */
export class Arrivals {
  readonly placed = new Set<string>();
  readonly #workspace: PlacingWorkspace;
  readonly #keepCache: boolean;
  readonly #free: Map<string, WantedFile[]>;
  readonly #counts: Map<string, number>;
  readonly #arrived = new Map<string, Arrival>();

  /** @param keepCache Whether the cache keeps what is fetched. */
  constructor(difference: WorkspaceDifference, keepCache: boolean, workspace: PlacingWorkspace) {
    this.#workspace = workspace;
    this.#keepCache = keepCache;
    // Where something is to make way, nothing is placed before it did.
    this.#free = Map.groupBy(difference.inTheWay.length === 0 ? difference.absent : [], (file) => file.md5);
    const all = Map.groupBy(difference.outdated, (file) => file.md5);
    this.#counts = new Map([...all].map(([md5, files]) => [md5, files.length]));
  }

  /** Places the files of an object that arrived, where nothing is in their way. */
  readonly place = async ({ md5 }: Named, { sha256, bytes, spare }: CacheAddition): Promise<void> => {
    if (!this.#keepCache) this.#workspace.pulls.rememberFetched(md5);
    // Next to an object in the cache the spare file saves one copy; without one, all files come from it.
    const left = this.#keepCache ? 1 : (this.#counts.get(md5) ?? 1);
    const arrival: Arrival = { sha256, bytes: this.#keepCache ? bytes : undefined, spare, left, copies: [] };
    this.#arrived.set(md5, arrival);
    for (const file of this.#free.get(md5) ?? []) {
      await this.placeFile(file);
      this.placed.add(file.path);
    }
    arrival.bytes = undefined;
  };

  /** The file that is to be made of an object that is fetched. */
  readonly spareFor = ({ md5 }: Named): SpareFile | undefined => {
    if (!this.#keepCache) return { file: this.#workspace.newFile(), keepsObject: false };
    const file = this.#free.has(md5) ? this.#workspace.spare() : undefined;
    return file === undefined ? undefined : { file, keepsObject: true };
  };

  /** Places a file of an object that arrived or that the cache had. */
  readonly placeFile = async ({ path, md5, isExecutable, output }: WantedFile): Promise<void> => {
    const placement: Placement = { path, md5, isExecutable, within: output.path };
    const arrival = this.#arrived.get(md5);
    const { spare, sha256, bytes } = arrival ?? {};
    if (arrival === undefined || spare === undefined) {
      return this.#workspace.place({ ...placement, sha256, bytes });
    }
    arrival.left -= 1;
    if (arrival.left > 0) {
      const copying = this.#workspace.place({ ...placement, sha256, copyOf: spare });
      arrival.copies.push(copying);
      return copying;
    }
    arrival.spare = undefined;
    await Promise.all(arrival.copies);
    await this.#workspace.place({ ...placement, sha256, spare });
  };
}
