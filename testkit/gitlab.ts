import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LoopbackServer, listenOnLoopback, readBody, sendJson } from './http.ts';

/** A token, and whose it is. */
export interface GitLabUser {
  readonly token: string;
  readonly id: number;
  readonly scopes: readonly string[];
  /** Projects that the user is a member of. */
  readonly projects: readonly number[];
}

/** A note as the server keeps it. */
export interface KeptNote {
  readonly id: number;
  body: string;
  readonly author: number;
  readonly system: boolean;
}

/** What goes wrong with the next requests of a method. */
export interface GitLabFault {
  readonly method: string;
  /** `lost`: the request is carried out, and its answer does not arrive. */
  readonly kind: 'lost' | number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** GitLab's limit of a note. */
export const MAX_NOTE_CHARACTERS = 1_000_000;

/** The documented part of GitLab's REST API that Tidegate uses, with its pages, refusals and quick actions. */
export interface GitLabServer extends LoopbackServer {
  readonly apiUrl: string;
  /** Of the one merge request, in the order of their creation. */
  readonly notes: KeptNote[];
  /** Quick actions that bodies of notes have had. */
  readonly commands: string[];
  /** Method and path of each request. */
  readonly requests: string[];
  readonly faults: GitLabFault[];
  /** A note that is there already. */
  add(note: Omit<KeptNote, 'id'>): KeptNote;
}

const NOTES = /^\/api\/v4\/projects\/([^/]+)\/merge_requests\/(\d+)\/notes(?:\/(\d+))?$/;
/** What GitLab's extractor of quick actions takes for none: code and comments. */
const NO_COMMANDS = /^```[\s\S]*?^```$|<!--[\s\S]*?-->/gm;

/** Starts a server with one project that has one merge request. */
export async function startGitLab(options: {
  readonly project: number;
  readonly mergeRequest: number;
  readonly users: readonly GitLabUser[];
}): Promise<GitLabServer> {
  const state = new State(options);
  const server = await listenOnLoopback((request, response) => state.answer(request, response));
  const { notes, commands, requests, faults } = state;
  const apiUrl = `http://127.0.0.1:${server.port}/api/v4`;
  return { ...server, apiUrl, notes, commands, requests, faults, add: (note) => state.add(note) };
}

class State {
  readonly notes: KeptNote[] = [];
  readonly commands: string[] = [];
  readonly requests: string[] = [];
  readonly faults: GitLabFault[] = [];
  readonly #options: Parameters<typeof startGitLab>[0];
  #nextId = 100;

  constructor(options: Parameters<typeof startGitLab>[0]) {
    this.#options = options;
  }

  add(note: Omit<KeptNote, 'id'>): KeptNote {
    const kept = { ...note, id: this.#nextId++ };
    this.notes.push(kept);
    return kept;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://host');
    const method = request.method ?? 'GET';
    const body = await readBody(request);
    this.requests.push(`${method} ${url.pathname}`);
    const at = this.faults.findIndex((fault) => fault.method === method);
    const [fault] = at < 0 ? [] : this.faults.splice(at, 1);
    if (typeof fault?.kind === 'number') {
      for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
      return sendJson(response, fault.kind, { message: `${fault.kind} by the test` });
    }
    const { status, data, headers = {} } = this.#carryOut(request, url, body.toString('utf8'));
    if (fault?.kind === 'lost') return void request.socket.destroy();
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (data === undefined) return void response.writeHead(status).end();
    sendJson(response, status, data);
  }

  #carryOut(request: IncomingMessage, url: URL, text: string): Answer {
    const user = this.#options.users.find(({ token }) => token === request.headers['private-token']);
    if (user === undefined) return { status: 401, data: { message: '401 Unauthorized' } };
    if (url.pathname === '/api/v4/user') return { status: 200, data: { id: user.id, username: `user_${user.id}` } };
    const [, project = '', iid, note] = NOTES.exec(url.pathname) ?? [];
    if (iid === undefined) return { status: 404, data: { error: '404 Not Found' } };
    if (!user.projects.includes(Number(project)) || Number(project) !== this.#options.project)
      return { status: 404, data: { message: '404 Project Not Found' } };
    const isRead = request.method === 'GET';
    if (!user.scopes.includes('api') && !(isRead && user.scopes.includes('read_api'))) {
      const description = 'The request requires higher privileges than provided by the access token.';
      return { status: 403, data: { error: 'insufficient_scope', error_description: description, scope: 'api' } };
    }
    if (Number(iid) !== this.#options.mergeRequest) return { status: 404, data: { message: '404 Not found' } };
    if (isRead) return this.#list(url);
    if (request.method === 'POST') return this.#write(user, text, undefined);
    const kept = this.notes.find(({ id }) => id === Number(note));
    if (kept === undefined) return { status: 404, data: { message: '404 Not found' } };
    if (kept.author !== user.id) return { status: 403, data: { message: '403 Forbidden' } };
    if (request.method === 'PUT') return this.#write(user, text, kept);
    this.notes.splice(this.notes.indexOf(kept), 1);
    return { status: 204, data: undefined };
  }

  #list(url: URL): Answer {
    const perPage = Math.min(100, Number(url.searchParams.get('per_page') ?? 20));
    const page = Number(url.searchParams.get('page') ?? 1);
    const sorted = url.searchParams.get('sort') === 'asc' ? this.notes : this.notes.toReversed();
    const shown = sorted.slice((page - 1) * perPage, page * perPage).map(asShown);
    const pages = Math.max(1, Math.ceil(sorted.length / perPage));
    const headers = {
      'x-page': String(page),
      'x-per-page': String(perPage),
      'x-total': String(sorted.length),
      'x-total-pages': String(pages),
      'x-next-page': page < pages ? String(page + 1) : '',
    };
    return { status: 200, data: shown, headers };
  }

  #write(user: GitLabUser, text: string, kept: KeptNote | undefined): Answer {
    const sent: unknown = JSON.parse(text);
    const body = typeof sent === 'object' && sent !== null && 'body' in sent ? String(sent.body) : '';
    if (body === '') return { status: 400, data: { error: 'body is missing' } };
    if ([...body].length > MAX_NOTE_CHARACTERS) {
      const message = '400 Bad request - Note {:note=>["is too long (maximum is 1000000 characters)"]}';
      return { status: 400, data: { message } };
    }
    const found = body.replace(NO_COMMANDS, '').match(/^[ \t]*\/[a-z_]+(?=\s|$).*$/gm) ?? [];
    this.commands.push(...found);
    // GitLab keeps no white space at the end.
    const cleaned = body.trimEnd();
    if (kept !== undefined) {
      kept.body = cleaned;
      return { status: 200, data: asShown(kept) };
    }
    return { status: 201, data: asShown(this.add({ body: cleaned, author: user.id, system: false })) };
  }
}

interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function asShown({ id, body, author, system }: KeptNote) {
  return {
    id,
    body,
    system,
    type: null,
    noteable_type: 'MergeRequest',
    author: { id: author, username: `user_${author}` },
  };
}
