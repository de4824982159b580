import { fetch } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitLabClient } from '../../../core/adapters/gitlab/gitlab-client.ts';
import { GitLabMergeRequestNotes } from '../../../core/adapters/gitlab/gitlab-merge-request-notes.ts';
import { ServiceError } from '../../../core/errors.ts';
import type { MergeRequestNotes } from '../../../core/ports/gitlab/merge-request-notes.ts';
import { type GitLabServer, startGitLab } from '../../../testkit/gitlab.ts';
import { findFreePorts } from '../../../testkit/http.ts';

const OWN = { token: 'own', id: 7, scopes: ['api'], projects: [3] };
const MARKER = '<!-- marker -->';

let server: GitLabServer;
let waits: number[];
beforeEach(async () => {
  waits = [];
  const others = [
    { ...OWN, token: 'reads', id: 8, scopes: ['read_api'] },
    { ...OWN, token: 'elsewhere', id: 9, projects: [4] },
  ];
  server = await startGitLab({ project: 3, mergeRequest: 5, users: [OWN, ...others] });
});
afterEach(() => server.close());

function notesOf({ token = 'own', iid = 5, project = '3', apiUrl = server.apiUrl } = {}): MergeRequestNotes {
  const sleep = async (milliseconds: number) => waits.push(milliseconds);
  return new GitLabMergeRequestNotes(new GitLabClient({ apiUrl, token, fetch, sleep }), { project, iid });
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => {
      if (!(error instanceof ServiceError)) throw error;
      return error;
    },
  );

describe('GitLabMergeRequestNotes', () => {
  it('finds its own notes that begin with the marker, of all pages, oldest first', async () => {
    const own = server.add({ body: `${MARKER} first`, author: 7, system: false });
    server.add({ body: `${MARKER} by someone else`, author: 1, system: false });
    server.add({ body: `${MARKER} by GitLab`, author: 7, system: true });
    for (let index = 0; index < 230; index += 1) server.add({ body: `note ${index}`, author: 7, system: false });
    server.add({ body: `quoted ${MARKER}`, author: 7, system: false });
    const last = server.add({ body: `${MARKER} last`, author: 7, system: false });
    expect((await notesOf().own(MARKER)).map(({ id }) => id)).toEqual([own.id, last.id]);
    expect(server.requests.filter((request) => request.endsWith('/notes'))).toHaveLength(3);
  });

  it('creates, updates and removes; removing twice is no error', async () => {
    const notes = notesOf();
    await notes.create(MARKER, `${MARKER} a`);
    const [made] = await notes.own(MARKER);
    await notes.update(made?.id ?? 0, `${MARKER} b`);
    expect(await notes.own(MARKER)).toEqual([{ id: made?.id, body: `${MARKER} b` }]);
    await notes.remove(made?.id ?? 0);
    await notes.remove(made?.id ?? 0);
    expect(await notes.own(MARKER)).toEqual([]);
  });

  it('makes one note where the answer is lost, or where it is asked to come later', async () => {
    server.faults.push(
      { method: 'POST', kind: 'lost' },
      { method: 'GET', kind: 502 },
      { method: 'POST', kind: 503 },
      { method: 'POST', kind: 429, headers: { 'retry-after': '3' } },
    );
    const notes = notesOf();
    await notes.create(MARKER, `${MARKER} a`);
    await notes.create(`${MARKER} b`, `${MARKER} b`);
    expect(server.notes.map(({ body }) => body)).toEqual([`${MARKER} a`, `${MARKER} b`]);
    expect(Math.max(...waits)).toBe(3000);
  });

  it('gives up after some tries, and says that it may work later', async () => {
    for (let index = 0; index < 40; index += 1) server.faults.push({ method: 'GET', kind: 502 });
    const error = await refusal(notesOf().own(MARKER));
    expect(error).toMatchObject({ code: 'GITLAB_UNREACHABLE', retryable: true });
    expect(error.message).toContain('HTTP 502');
    const [port] = await findFreePorts(1);
    const nowhere = notesOf({ apiUrl: `http://127.0.0.1:${port}/api/v4` });
    expect(await refusal(nowhere.own(MARKER))).toMatchObject({ code: 'GITLAB_UNREACHABLE' });
  });

  it.each([
    ['a token that is not valid', { token: 'old' }, 401, 'has not expired'],
    ['a token that only reads', { token: 'reads' }, 403, 'scope api'],
    ['a token of another project', { token: 'elsewhere' }, 404, 'of this project'],
    ['a merge request that is not there', { iid: 6 }, 404, 'of this project'],
  ])('says what to do about %s', async (_name, asked, status, fix) => {
    const error = await refusal(notesOf(asked).create(MARKER, `${MARKER} a`));
    expect(error).toMatchObject({ code: 'GITLAB_REFUSED', retryable: false });
    expect(error.message).toContain(`HTTP ${status}`);
    expect(error.fix).toContain(fix);
    expect(server.notes).toEqual([]);
  });

  it('sends its token to no other address, and takes no other page for GitLab', async () => {
    server.faults.push({ method: 'GET', kind: 302, headers: { location: 'http://127.0.0.1:9/' } });
    const error = await refusal(notesOf().own(MARKER));
    expect(error.fix).toContain('CI_API_V4_URL');
    const page = notesOf({ apiUrl: server.apiUrl.replace('/api/v4', '') });
    expect(await refusal(page.own(MARKER))).toMatchObject({ code: 'GITLAB_REFUSED' });
  });
});
