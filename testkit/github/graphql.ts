import { readFileSync } from 'node:fs';
import { buildSchema, type ExecutionResult, type GraphQLSchema, graphql } from 'graphql';
import type { TagObject } from './git-objects.ts';
import type { GitHub } from './github.ts';
import { nodeId } from './present.ts';
import { ApiError, checkAccess, isJson, textField } from './router.ts';
import type { Json, Principal, Repository } from './state.ts';

interface GraphQLContext {
  readonly github: GitHub;
  readonly principal: Principal;
}

interface RefChange {
  readonly name: string;
  readonly beforeOid?: string;
  readonly afterOid: string;
  readonly force?: boolean;
}

interface UpdateRefs {
  readonly input: { readonly repositoryId: string; readonly refUpdates: readonly RefChange[] };
}

/** The package exports it as a module of 5 MB only. */
const SCHEMA_FILE = new URL('../../node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url);

/** GitHub's published GraphQL schema before the mutations that are in use: what it does not allow is refused. */
export class GraphQLEndpoint {
  #schema: GraphQLSchema | undefined;

  /** Answers a request's body; errors are in the answer, as GitHub gives them. */
  async answer(body: unknown, context: GraphQLContext): Promise<ExecutionResult> {
    this.#schema ??= buildSchema(readFileSync(SCHEMA_FILE, 'utf8'), { assumeValid: true });
    const request: Json = isJson(body) ? body : {};
    return graphql({
      schema: this.#schema,
      source: textField(request, 'query') ?? '',
      variableValues: isJson(request.variables) ? request.variables : {},
      rootValue: { viewer, updateRefs, node, minimizeComment, unminimizeComment, repository },
      contextValue: context,
    });
  }
}

/** A repository, as far as it is asked about: what a revision such as `<commit>:<path>` leads to. */
function repository({ owner, name }: { readonly owner: string; readonly name: string }, context: GraphQLContext) {
  const found = context.github.state.repository(`${owner}/${name}`);
  if (found === undefined) throw new ApiError(404, 'Could not resolve to a Repository');
  checkAccess(context.principal, found, { names: ['contents'], level: 'read' });
  const look = batched((names: readonly string[]) => found.git.objects(names));
  return {
    object: async ({ expression, oid }: { readonly expression?: string; readonly oid?: string }) => {
      const object = await look(oid ?? expression ?? '');
      if (object === undefined) return null;
      if (object.type === 'tag') return tagObject(await found.git.tag(object.sha));
      return { __typename: `${object.type.slice(0, 1).toUpperCase()}${object.type.slice(1)}`, oid: object.sha };
    },
  };
}

/** Asks for what is asked for at once in one call. */
function batched<T>(
  ask: (names: readonly string[]) => Promise<readonly T[]>,
): (name: string) => Promise<T | undefined> {
  let waiting: string[] = [];
  let answer: Promise<readonly T[]> | undefined;
  return async (name) => {
    const at = waiting.push(name) - 1;
    answer ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        ask(waiting).then(resolve, reject);
        [waiting, answer] = [[], undefined];
      });
    });
    return (await answer)[at];
  };
}

function tagObject({ sha, object, message, tagger }: TagObject) {
  const target = { __typename: 'Commit', oid: object.sha };
  return { __typename: 'Tag', oid: sha, message, target, tagger: { date: tagger.date } };
}

function viewer(_: object, { principal }: GraphQLContext) {
  return { __typename: 'User', login: principal.account.login };
}

interface OnComment {
  readonly input: { readonly subjectId: string };
}

/** A comment by its node ID; anyone who may not see it is told that it is not there. */
function commentOf(subject: string, level: 'read' | 'write', { github, principal }: GraphQLContext): number {
  for (const repository of github.state.repositories.values()) {
    const comments = [...repository.issues.values()].flatMap(({ comments: all }) => all);
    const found = comments.find(({ id }) => nodeId('IssueComment', id) === subject);
    if (found === undefined) continue;
    checkAccess(principal, repository, { names: ['issues', 'pull_requests'], level });
    return found.id;
  }
  throw new ApiError(404, 'Could not resolve to a node');
}

function node({ id }: { readonly id: string }, context: GraphQLContext) {
  const isMinimized = context.github.state.hiddenComments.has(commentOf(id, 'read', context));
  return { __typename: 'IssueComment', isMinimized };
}

function minimizeComment({ input }: OnComment, context: GraphQLContext) {
  context.github.state.hiddenComments.add(commentOf(input.subjectId, 'write', context));
  return { clientMutationId: null };
}

function unminimizeComment({ input }: OnComment, context: GraphQLContext) {
  context.github.state.hiddenComments.delete(commentOf(input.subjectId, 'write', context));
  return { clientMutationId: null };
}

/** All or none, each only from where it is said to be. */
async function updateRefs({ input }: UpdateRefs, { github, principal }: GraphQLContext) {
  const all = [...github.state.repositories.values()];
  const repository = all.find(({ id }) => nodeId('Repository', id) === input.repositoryId);
  if (repository === undefined) throw new ApiError(404, 'Could not resolve to a node');
  checkAccess(principal, repository, { names: ['contents'], level: 'write' });
  for (const change of input.refUpdates) await checkRef(repository, change);
  for (const { name, afterOid } of input.refUpdates) {
    const before = (await repository.git.ref(name))?.sha;
    if (before === undefined) throw new ApiError(422, 'Reference does not exist');
    await repository.git.moveRef(name, afterOid, before);
    if (before !== afterOid) await github.refMoved(repository, { ref: name, before, after: afterOid }, principal);
  }
  return { clientMutationId: null };
}

async function checkRef(repository: Repository, { name, beforeOid, afterOid, force }: RefChange): Promise<void> {
  const before = (await repository.git.ref(name))?.sha;
  if (before === undefined || (beforeOid !== undefined && before !== beforeOid)) {
    throw new ApiError(422, `Reference ${name} is not at ${beforeOid ?? 'any commit'}`);
  }
  if (force !== true && !(await repository.git.isAncestor(before, afterOid))) {
    throw new ApiError(422, `Update of ${name} is not a fast forward`);
  }
}
