import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatVersionTagMessage } from '../../core/reports/version-tag-line.ts';
import { type CommitIdentity, runGit } from '../../testkit/git-client.ts';
import { type PromotionWorld, REPOSITORY } from './promotion-world.ts';

/** What a tag claims that no release created. */
export interface ForgedTag {
  readonly uri: string;
  /** 64 hexadecimal digits. */
  readonly digest: string;
  readonly image?: { readonly repository: string; readonly tag?: string; readonly digest: string };
  /** Of a real run, whose number is public. */
  readonly runId?: number | null;
  /** Of a document that some run may have uploaded. */
  readonly document?: string;
}

/** A person who may push branches and tags, and is not an admin. */
export class Writer {
  readonly clone: string;
  readonly #world: PromotionWorld;

  private constructor(world: PromotionWorld, clone: string) {
    this.#world = world;
    this.clone = clone;
  }

  static async of(world: PromotionWorld): Promise<Writer> {
    return new Writer(world, await world.bot.clone(REPOSITORY, 'writer'));
  }

  async git(args: readonly string[], who?: CommitIdentity): Promise<string> {
    return runGit(this.clone, args, who);
  }

  /** Pushes a tag that looks like that of a version. */
  async forgeTag(version: string, { uri, digest, image, runId = null, document }: ForgedTag): Promise<void> {
    await this.git(['fetch', '--quiet', 'origin']);
    const documents = document === undefined ? {} : { 'model-version': { uri: 's3://models/x', digest: document } };
    const line = {
      schema: 'tidegate.dev/tag/v1' as const,
      artifact: { uri, digest: `sha256:${digest}`, sizeBytes: 1 },
      ...(image === undefined ? {} : { image: { reference: 'x', ...image } }),
      metrics: [],
      comparisons: [],
      documents,
      runId,
    };
    const message = formatVersionTagMessage(`Registering artifact flights version v${version}`, line);
    await this.git(['tag', '--annotate', `flights@v${version}`, '--message', message, 'origin/main']);
    await this.git(['push', '--quiet', 'origin', `flights@v${version}`]);
    await this.#world.bot.settle();
  }

  /** Adds a commit to a branch, under the name of regardless of who made it its newest one. */
  async imitate(branch: string, files: Readonly<Record<string, string>>): Promise<void> {
    await this.git(['fetch', '--quiet', 'origin']);
    await this.git(['switch', '--quiet', '--detach', `origin/${branch}`]);
    const author = await this.git(['log', '-1', '--format=%an <%ae>']);
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(this.clone, file)), { recursive: true });
      await writeFile(path.join(this.clone, file), text);
    }
    await this.git(['add', '--all']);
    await this.git(['commit', '--quiet', '--author', author, '-m', 'chore']);
    await this.git(['push', '--quiet', 'origin', `HEAD:${branch}`]);
    await this.#world.bot.settle();
  }
}
