import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import type { MergeRequestNotes, Note } from '../../ports/gitlab/merge-request-notes.ts';
import { MAX_ATTEMPTS } from '../http/retry-policy.ts';
import { type GitLabClient, notGitLab } from './gitlab-client.ts';

/** A merge request of a project. */
export interface MergeRequestName {
  /** `CI_PROJECT_ID`, or the path of the project. */
  readonly project: string;
  /** `CI_MERGE_REQUEST_IID`: its number in the project. */
  readonly iid: number;
}

const userSchema = z.object({ id: z.int() });
const notesSchema = z.array(
  z.object({ id: z.int(), body: z.string(), system: z.boolean().optional(), author: userSchema.nullish() }),
);
/** Chosen: ten thousand notes. */
const MAX_PAGES = 100;

/** The notes of a merge request, by GitLab's REST API. */
export class GitLabMergeRequestNotes implements MergeRequestNotes {
  readonly #client: GitLabClient;
  readonly #path: string;
  readonly #name: string;
  #self: Promise<number> | undefined;

  constructor(client: GitLabClient, { project, iid }: MergeRequestName) {
    this.#client = client;
    this.#path = `/projects/${encodeURIComponent(project)}/merge_requests/${iid}/notes`;
    this.#name = `!${iid}`;
  }

  async own(marker: string): Promise<readonly Note[]> {
    const self = await this.#whoAmI();
    const found: Note[] = [];
    for (let page: number | undefined = 1; page !== undefined; ) {
      if (page > MAX_PAGES) throw tooMany(this.#name);
      const what = `listing the notes of ${this.#name}`;
      const query = `?sort=asc&order_by=created_at&per_page=100&page=${page}`;
      const answer = await this.#client.send({ method: 'GET', path: `${this.#path}${query}`, what });
      const notes = notesSchema.safeParse(answer.data);
      if (!notes.success) throw notGitLab({ what }, 'no list of notes');
      const isOwn = ({ author, system, body }: (typeof notes.data)[number]) =>
        author?.id === self && system !== true && body.trimStart().startsWith(marker);
      found.push(...notes.data.filter(isOwn).map(({ id, body }) => ({ id, body })));
      page = answer.nextPage;
    }
    // Pages shift while someone writes: a note may come twice.
    return [...new Map(found.map((note) => [note.id, note])).values()].sort((left, right) => left.id - right.id);
  }

  async create(marker: string, body: string): Promise<void> {
    const known = new Set((await this.own(marker)).map(({ id }) => id));
    for (let attempt = 1; ; attempt += 1) {
      try {
        const what = `writing a note on ${this.#name}`;
        await this.#client.send({ method: 'POST', path: this.#path, body: { body }, what });
        return;
      } catch (error) {
        if (!(error instanceof ServiceError && error.retryable) || attempt >= MAX_ATTEMPTS) throw error;
        await this.#client.wait(attempt, null);
        const isMade = ({ id, body: made }: Note) => !known.has(id) && made.trim() === body.trim();
        if ((await this.own(marker)).some(isMade)) return;
      }
    }
  }

  async update(id: number, body: string): Promise<void> {
    const what = `changing the note ${id} on ${this.#name}`;
    await this.#client.send({ method: 'PUT', path: `${this.#path}/${id}`, body: { body }, what });
  }

  async remove(id: number): Promise<void> {
    const what = `removing the note ${id} from ${this.#name}`;
    await this.#client.send({ method: 'DELETE', path: `${this.#path}/${id}`, what, answers: [404] });
  }

  /** The user of the token: of a project access token its bot. */
  #whoAmI(): Promise<number> {
    this.#self ??= this.#askWhoAmI();
    return this.#self;
  }

  async #askWhoAmI(): Promise<number> {
    const what = 'asking who the token is of';
    const answer = await this.#client.send({ method: 'GET', path: '/user', what });
    const user = userSchema.safeParse(answer.data);
    if (!user.success) throw notGitLab({ what }, 'no user');
    return user.data.id;
  }
}

function tooMany(name: string): ServiceError {
  return new ServiceError('GITLAB_REFUSED', `${name} has more than ${MAX_PAGES * 100} notes`, {
    fix: 'Open a new merge request for the same branch.',
    retryable: false,
  });
}
