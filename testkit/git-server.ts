import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { gitEnvironment } from './host-environment.ts';
import { type LoopbackServer, listenOnLoopback, readBody } from './http.ts';
import { startProgram } from './program-starter.ts';

/** One ref that a push moved. All zeros represent a ref that was not there, or is not there any more. */
export interface RefUpdate {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** Identity and request, before Git is started. */
export interface GitAccess {
  /** `owner/name`. */
  readonly repository: string;
  readonly service: 'fetch' | 'push';
  /** The password of Basic authentication, or the Bearer token. */
  readonly token: string | undefined;
}

/** Questions of the Git server to its owner. */
export interface GitServerHooks {
  /** Says whether the access is allowed; `anonymous` asks the client for credentials. */
  authorize(access: GitAccess): 'allowed' | 'anonymous' | 'forbidden' | 'not-found';
  /** Called after a push, with the refs that really moved. The client waits for it. */
  onPush(push: { repository: string; token: string | undefined; updates: readonly RefUpdate[] }): Promise<void>;
}

/** Serves bare repositories `<root>/<owner>/<name>.git` by smart HTTP, through `git http-backend`. */
export interface GitServer extends LoopbackServer {
  readonly url: string;
}

const GIT_PATH = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Says whether a request is for Git, so that another server on the same origin can hand it on. */
export function isGitRequest(request: IncomingMessage): boolean {
  return GIT_PATH.test(new URL(request.url ?? '/', 'http://host').pathname);
}

/**
 * Starts a Git server of its own.
 *
 * @param root Folder of the bare repositories.
 */
export async function startGitServer(root: string, hooks: GitServerHooks): Promise<GitServer> {
  const server = await listenOnLoopback((request, response) => serveGit(root, hooks, { request, response }));
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

/** Answers one Git request. */
export async function serveGit(
  root: string,
  hooks: GitServerHooks,
  exchange: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { request, response } = exchange;
  const url = new URL(request.url ?? '/', 'http://host');
  const [, owner, name, operation] = GIT_PATH.exec(url.pathname) ?? [];
  if (owner === undefined || name === undefined || operation === undefined) return refuse(response, 404, 'not found');
  const repository = `${owner}/${name}`;
  const isPush = operation === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  const token = tokenOf(request);
  const answer = hooks.authorize({ repository, service: isPush ? 'push' : 'fetch', token });
  if (answer === 'not-found') return refuse(response, 404, 'repository not found');
  if (answer === 'forbidden') return refuse(response, 403, 'write access to repository not granted');
  if (answer === 'anonymous') {
    response.setHeader('www-authenticate', 'Basic realm="GitHub"');
    return refuse(response, 401, 'authentication required');
  }
  const body = await readBody(request);
  const backend = await runBackend({
    root,
    request,
    body,
    pathInfo: `/${owner}/${name}.git/${operation}`,
    query: url.search.slice(1),
  });
  if (operation === 'git-receive-pack') {
    const raw = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const updates = await movedRefs(path.join(root, owner, `${name}.git`), parseCommands(raw));
    if (updates.length > 0) await hooks.onPush({ repository, token, updates });
  }
  response.writeHead(backend.status, backend.headers);
  response.end(backend.body);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${message}\n`);
}

function tokenOf(request: IncomingMessage): string | undefined {
  const [scheme, value] = (request.headers.authorization ?? '').split(' ');
  if (value === undefined) return undefined;
  if (scheme?.toLowerCase() !== 'basic') return value;
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}

interface BackendRequest {
  readonly root: string;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly pathInfo: string;
  readonly query: string;
}

async function runBackend(options: BackendRequest) {
  const { request, body } = options;
  const header = (name: string) => String(request.headers[name] ?? '');
  const env = gitEnvironment({
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: options.pathInfo,
    QUERY_STRING: options.query,
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: header('content-type'),
    CONTENT_LENGTH: String(body.length),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_USER: 'testkit',
    REMOTE_ADDR: '127.0.0.1',
  });
  const { exitCode, stdout, stderr } = await startProgram({ command: 'git', args: ['http-backend'], env, input: body });
  if (stdout.length === 0) throw new Error(`git http-backend ended with ${exitCode}: ${stderr.toString('utf8')}`);
  return parseCgi(stdout);
}

function parseCgi(output: Buffer): { status: number; headers: Record<string, string>; body: Buffer } {
  const end = output.indexOf('\r\n\r\n');
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers, body: output.subarray(end + 4) };
}

/** The commands at the head of a receive-pack request: pkt-lines `<old> <new> <ref>\0<capabilities>` up to a flush. */
function parseCommands(body: Buffer): RefUpdate[] {
  const updates: RefUpdate[] = [];
  let offset = 0;
  while (offset + 4 <= body.length) {
    const length = Number.parseInt(body.subarray(offset, offset + 4).toString('latin1'), 16);
    if (!(length > 4)) break;
    const line =
      body
        .subarray(offset + 4, offset + length)
        .toString('utf8')
        .split('\0')[0] ?? '';
    const [before, after, ref] = line.trim().split(' ');
    if (before?.length === 40 && after?.length === 40 && ref !== undefined) updates.push({ ref, before, after });
    offset += length;
  }
  return updates;
}

async function movedRefs(gitDirectory: string, commands: readonly RefUpdate[]): Promise<RefUpdate[]> {
  const { stdout } = await startProgram({
    command: 'git',
    args: ['for-each-ref', '--format=%(refname) %(objectname)'],
    cwd: gitDirectory,
    env: gitEnvironment(),
  });
  const lines = stdout.toString('utf8').split('\n');
  const refs = new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']));
  const none = '0'.repeat(40);
  return commands.filter(({ ref, before, after }) => before !== after && (refs.get(ref) ?? none) === after);
}
