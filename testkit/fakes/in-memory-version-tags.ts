import type { TagReference } from '../../core/domain/registry/active-versions.ts';
import type { NewTag, TagDetails, VersionTags } from '../../core/ports/github/version-tags.ts';

/** Tags in memory; all annotated. */
export class InMemoryVersionTags implements VersionTags {
  readonly tags: NewTag[] = [];

  async list(model: string): Promise<readonly TagReference[]> {
    const prefix = `${model.replace(':', '=')}@`;
    return this.tags
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name }) => ({ name, objectSha: name, annotated: true }));
  }

  async read({ objectSha }: TagReference): Promise<TagDetails> {
    const found = this.tags.find(({ name }) => name === objectSha);
    if (found === undefined) throw new RangeError(`no tag ${objectSha}`);
    return { message: found.message, commit: found.commit, taggedAt: null };
  }

  readAll(tags: readonly TagReference[]): Promise<readonly TagDetails[]> {
    return Promise.all(tags.map((tag) => this.read(tag)));
  }

  async create(tag: NewTag): Promise<'created' | 'taken'> {
    if (this.tags.some(({ name }) => name === tag.name)) return 'taken';
    this.tags.push(tag);
    return 'created';
  }
}
