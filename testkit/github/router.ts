import type { GitHub } from './github.ts';
import type { Json, Permissions, Principal, Repository } from './state.ts';

/** A request after its route was found. */
export interface Context {
  readonly github: GitHub;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json;
  readonly principal: Principal | undefined;
}

/** A request for something in a repository, by someone who may ask. */
export interface RepositoryContext extends Context {
  readonly repository: Repository;
}

/** An answer. `items` is cut into pages by the server, under `key` where the page is an object. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly items?: { readonly list: readonly unknown[]; readonly key?: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** Error with which a handler refuses. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly errors: readonly Json[];
  constructor(status: number, message: string, errors: readonly Json[] = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

/** A permission that a route asks of a token: any one of the names at that level. */
export interface Need {
  readonly names: readonly string[];
  readonly level: 'read' | 'write';
}

/** A route. The template is the path in GitHub's OpenAPI description. */
export interface Route {
  readonly method: string;
  readonly template: string;
  readonly need: Need | undefined;
  readonly handle: (context: Context) => Promise<Reply> | Reply;
}

/** A route below `/repos/{owner}/{repo}`: the repository is found and the permission checked first. */
export function repositoryRoute(
  operation: string,
  need: string,
  handle: (context: RepositoryContext) => Promise<Reply> | Reply,
): Route {
  const [method = '', path = ''] = operation.split(' ');
  const [names = '', level = 'read'] = need.split(':');
  const needed: Need = { names: names.split('|'), level: level === 'write' ? 'write' : 'read' };
  return {
    method,
    template: `/repos/{owner}/{repo}${path}`,
    need: needed,
    handle: (context) => {
      const repository = context.github.state.repository(`${context.params.owner}/${context.params.repo}`);
      if (repository === undefined) throw new ApiError(404, 'Not Found');
      checkAccess(context.principal, repository, needed);
      return handle({ ...context, repository });
    },
  };
}

/** Refuses anyone who may not, as GitHub does: 404 for what they must not know of, 403 for the rest. */
export function checkAccess(principal: Principal | undefined, repository: Repository, need: Need): void {
  if (principal === undefined) {
    if (repository.isPrivate) throw new ApiError(404, 'Not Found');
    if (need.level === 'write') throw new ApiError(401, 'Requires authentication');
    return;
  }
  const { repositories, permissions } = principal;
  const isListed = repositories === undefined || repositories.includes(repository.fullName);
  if (!isListed && (repository.isPrivate || need.level === 'write')) throw new ApiError(404, 'Not Found');
  if (permissions === undefined || need.names.includes('metadata')) return;
  if (need.level === 'read' && !repository.isPrivate) return;
  if (!need.names.some((name) => isGranted(permissions, name, need.level))) {
    throw new ApiError(403, `Resource not accessible by integration (needs ${need.names.join(' or ')}: ${need.level})`);
  }
}

/** True if permissions include a name at a level (write includes read). */
export function isGranted(permissions: Permissions, name: string, level: 'read' | 'write'): boolean {
  const held = permissions[name];
  return held === 'write' || (held === 'read' && level === 'read');
}

/** Parameters of a template that may hold slashes. */
const WIDE = new Set(['ref', 'path', 'branch', 'basehead']);

/** Compiles routes into a finder by method and path. */
export function createRouter(
  routes: readonly Route[],
): (method: string, path: string) => { route: Route; params: Record<string, string> } | undefined {
  const compiled = routes.map((route) => {
    const names: string[] = [];
    const pattern = route.template.replace(/\{(\w+)\}|[.+*()[\]]/g, (all, name?: string) => {
      if (name === undefined) return `\\${all}`;
      names.push(name);
      return WIDE.has(name) ? '(.+)' : '([^/]+)';
    });
    return { route, names, pattern: new RegExp(`^${pattern}$`) };
  });
  // A template without wide parameters is the more exact one.
  compiled.sort((a, b) => widthOf(a.route) - widthOf(b.route) || literalsOf(b.route) - literalsOf(a.route));
  return (method, path) => {
    for (const { route, names, pattern } of compiled) {
      if (route.method !== method) continue;
      const match = pattern.exec(path);
      if (match === null) continue;
      const params: Record<string, string> = {};
      for (const [index, name] of names.entries()) params[name] = decodeURIComponent(match[index + 1] ?? '');
      return { route, params };
    }
    return undefined;
  };
}

function widthOf(route: Route): number {
  // `/commits/{ref}/status` ends in a literal: it must come before `/commits/{ref}`.
  if (!/\{(ref|path|branch|basehead)\}/.test(route.template)) return 0;
  return /\{(ref|path|branch|basehead)\}$/.test(route.template) ? 2 : 1;
}

function literalsOf(route: Route): number {
  return route.template.split('/').filter((part) => !part.startsWith('{')).length;
}

/** A string field of a body, or undefined. */
export function textField(body: Json, name: string): string | undefined {
  const value = body[name];
  return typeof value === 'string' ? value : undefined;
}

/** A string field that has to be there. */
export function requiredText(body: Json, name: string): string {
  const value = textField(body, name);
  if (value === undefined) throw new ApiError(422, `Invalid request.\n\n"${name}" wasn't supplied.`);
  return value;
}

/** True if a value is a JSON object. */
export function isJson(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A field that holds an object, or an empty one. */
export function objectField(body: Json, name: string): Json {
  const value = body[name];
  return isJson(value) ? value : {};
}

/** A field that holds a list of objects, or an empty one. */
export function objectsField(body: Json, name: string): Json[] {
  const value = body[name];
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** A list of strings, or undefined where the field is absent. */
export function textsField(body: Json, name: string): string[] | undefined {
  const value = body[name];
  if (!Array.isArray(value)) return undefined;
  return value.map((item) => (isJson(item) ? String(item.name) : String(item)));
}
