import type { Comment, Comments } from '../../core/ports/github/comments.ts';

/** Comments in memory. */
export class InMemoryComments implements Comments {
  readonly comments: (Comment & { readonly issue: number; readonly author: 'self' | 'other' })[] = [];
  readonly hidden = new Set<number>();
  #lastId = 0;

  /** What somebody else writes. */
  write(issue: number, body: string, author: 'self' | 'other' = 'other'): void {
    this.#lastId += 1;
    this.comments.push({ id: this.#lastId, issue, body, author });
  }

  async own(issue: number, marker: string): Promise<readonly Comment[]> {
    return this.comments
      .filter((one) => one.issue === issue && one.author === 'self' && one.body.trimStart().startsWith(marker))
      .map(({ id, body }) => ({ id, body }));
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

  #indexOf(id: number): number {
    const at = this.comments.findIndex((one) => one.id === id);
    if (at < 0) throw new RangeError(`no comment ${id}`);
    return at;
  }
}
