import type { Comment, Comments, WrittenComment } from '../../core/ports/github/comments.ts';

/** Comments in memory. */
export class InMemoryComments implements Comments {
  readonly comments: (Comment & { readonly issue: number; readonly author: 'self' | 'other' })[] = [];
  readonly hidden = new Set<number>();
  /** Logins of people who may write to the repository. */
  readonly writers = new Set<string>();
  readonly #seen = new Set<number>();
  #lastId = 0;

  /** Writes as another person. Returns its number. */
  write(issue: number, body: string, author: 'self' | 'other' = 'other'): number {
    this.#lastId += 1;
    this.comments.push({ id: this.#lastId, issue, body, author });
    return this.#lastId;
  }

  async own(issue: number, marker: string): Promise<readonly Comment[]> {
    return this.comments
      .filter((one) => one.issue === issue && one.author === 'self' && one.body.trimStart().startsWith(marker))
      .map(({ id, body }) => ({ id, body }));
  }

  async get(id: number): Promise<WrittenComment | undefined> {
    return this.comments.find((one) => one.id === id);
  }

  async create(issue: number, body: string): Promise<void> {
    this.write(issue, body, 'self');
  }

  async update(id: number, body: string): Promise<void> {
    const at = this.#indexOf(id);
    const found = this.comments[at];
    if (found !== undefined) this.comments[at] = { ...found, body };
  }

  async setHidden(id: number, isHidden: boolean): Promise<void> {
    this.#indexOf(id);
    if (isHidden) this.hidden.add(id);
    else this.hidden.delete(id);
  }

  async canWrite(login: string): Promise<boolean> {
    return this.writers.has(login);
  }

  async acknowledge(comment: number): Promise<boolean> {
    this.#indexOf(comment);
    const isFirst = !this.#seen.has(comment);
    this.#seen.add(comment);
    return isFirst;
  }

  async disown(comment: number): Promise<void> {
    this.#seen.delete(comment);
  }

  #indexOf(id: number): number {
    const at = this.comments.findIndex((one) => one.id === id);
    if (at < 0) throw new RangeError(`no comment ${id}`);
    return at;
  }
}
