import { GitError, NO_OBJECT } from './bare-repository.ts';
import type { CommitObject, Signature } from './git-objects.ts';
import { presentGitCommit, presentRef, presentTag } from './present-git.ts';
import {
  ApiError,
  objectField,
  objectsField,
  type RepositoryContext,
  type Route,
  repositoryRoute,
  requiredText,
  textField,
  textsField,
} from './router.ts';
import type { Account, Json, Principal, Repository } from './state.ts';

/** The noreply address by which GitHub knows an account. */
export function signatureOf(account: Account, date: string): Signature {
  return { name: account.login, email: `${account.id}+${account.login}@users.noreply.github.com`, date };
}

/** Anyone who asks, where anonymous requests were refused before. */
export function actorOf(context: RepositoryContext): Principal {
  if (context.principal === undefined) throw new ApiError(401, 'Requires authentication');
  return context.principal;
}

/** The commit that a revision names, or 404/422 as given. */
export async function commitAt(repository: Repository, revision: string, status = 404): Promise<string> {
  const branch = await repository.git.commitOf(`refs/heads/${revision}`);
  const sha = branch ?? (await repository.git.commitOf(revision));
  if (sha === undefined) throw new ApiError(status, `No commit found for the ref ${revision}`);
  return sha;
}

function signatureFrom(body: Json, name: string, fallback: Signature): Signature {
  const given = objectField(body, name);
  const date = textField(given, 'date');
  return {
    name: textField(given, 'name') ?? fallback.name,
    email: textField(given, 'email') ?? fallback.email,
    date: date === undefined ? fallback.date : new Date(date).toISOString().replace('.000Z', 'Z'),
  };
}

async function getRef({ repository, github, params }: RepositoryContext) {
  const ref = await repository.git.ref(`refs/${params.ref}`);
  if (ref === undefined) throw new ApiError(404, 'Not Found');
  return { status: 200, body: presentRef(github.addresses, repository, ref) };
}

async function listRefs({ repository, github, params }: RepositoryContext) {
  const refs = await repository.git.refs(`refs/${params.ref}`);
  // As GitHub describes it: without pages.
  return { status: 200, body: refs.map((ref) => presentRef(github.addresses, repository, ref)) };
}

async function createRef(context: RepositoryContext) {
  const { repository, github, body } = context;
  const ref = requiredText(body, 'ref');
  const sha = requiredText(body, 'sha');
  if (!ref.startsWith('refs/') || ref.split('/').length < 3 || !(await repository.git.isValidRefName(ref))) {
    throw new ApiError(422, 'Reference name must start with refs/ and have at least two slashes.');
  }
  if ((await repository.git.typeOf(sha)) === undefined) throw new ApiError(422, 'Object does not exist');
  try {
    await repository.git.moveRef(ref, sha, NO_OBJECT);
  } catch (error) {
    if (error instanceof GitError) throw new ApiError(422, 'Reference already exists');
    throw error;
  }
  await github.refMoved(repository, { ref, before: NO_OBJECT, after: sha }, actorOf(context));
  const made = await repository.git.ref(ref);
  if (made === undefined) throw new ApiError(500, 'the ref is gone');
  return { status: 201, body: presentRef(github.addresses, repository, made) };
}

async function updateRef(context: RepositoryContext) {
  const { repository, github, body, params } = context;
  const ref = await repository.git.ref(`refs/${params.ref}`);
  const sha = requiredText(body, 'sha');
  if (ref === undefined) throw new ApiError(422, 'Reference does not exist');
  if ((await repository.git.typeOf(sha)) === undefined) throw new ApiError(422, 'Object does not exist');
  if (body.force !== true && !(await repository.git.isAncestor(ref.sha, sha))) {
    throw new ApiError(422, 'Update is not a fast forward');
  }
  await repository.git.moveRef(ref.ref, sha, ref.sha);
  if (sha !== ref.sha)
    await github.refMoved(repository, { ref: ref.ref, before: ref.sha, after: sha }, actorOf(context));
  return { status: 200, body: presentRef(github.addresses, repository, { ...ref, sha }) };
}

async function deleteRef(context: RepositoryContext) {
  const { repository, github, params } = context;
  const ref = await repository.git.ref(`refs/${params.ref}`);
  if (ref === undefined) throw new ApiError(422, 'Reference does not exist');
  await repository.git.moveRef(ref.ref, NO_OBJECT, ref.sha);
  await github.refMoved(repository, { ref: ref.ref, before: ref.sha, after: NO_OBJECT }, actorOf(context));
  return { status: 204 };
}

async function createTag(context: RepositoryContext) {
  const { repository, github, body } = context;
  const object = requiredText(body, 'object');
  const type = await repository.git.typeOf(object);
  if (type === undefined || type !== textField(body, 'type')) throw new ApiError(422, 'Object does not exist');
  const fallback = signatureOf(actorOf(context).account, github.state.now());
  const sha = await repository.git.writeTag({
    object: { sha: object, type },
    tag: requiredText(body, 'tag'),
    message: requiredText(body, 'message'),
    tagger: signatureFrom(body, 'tagger', fallback),
  });
  return { status: 201, body: presentTag(github.addresses, repository, await repository.git.tag(sha)) };
}

async function getTag({ repository, github, params }: RepositoryContext) {
  const sha = params.tag_sha ?? '';
  if ((await repository.git.typeOf(sha)) !== 'tag') throw new ApiError(404, 'Not Found');
  return { status: 200, body: presentTag(github.addresses, repository, await repository.git.tag(sha)) };
}

async function createGitCommit(context: RepositoryContext) {
  const { repository, github, body } = context;
  const tree = requiredText(body, 'tree');
  if ((await repository.git.typeOf(tree)) !== 'tree') throw new ApiError(422, 'Tree SHA does not exist');
  const parents = textsField(body, 'parents') ?? [];
  for (const parent of parents) {
    if ((await repository.git.typeOf(parent)) !== 'commit') throw new ApiError(422, 'Parent SHA does not exist');
  }
  const author = signatureFrom(body, 'author', signatureOf(actorOf(context).account, github.state.now()));
  const commit: Omit<CommitObject, 'sha'> = {
    tree,
    parents,
    message: requiredText(body, 'message'),
    author,
    committer: signatureFrom(body, 'committer', author),
  };
  const sha = await repository.git.writeCommit(commit);
  return { status: 201, body: presentGitCommit(github.addresses, repository, await repository.git.commit(sha)) };
}

async function getGitCommit({ repository, github, params }: RepositoryContext) {
  const sha = params.commit_sha ?? '';
  if ((await repository.git.typeOf(sha)) !== 'commit') throw new ApiError(404, 'Not Found');
  return { status: 200, body: presentGitCommit(github.addresses, repository, await repository.git.commit(sha)) };
}

async function presentTree(context: RepositoryContext, sha: string, recursive: boolean): Promise<Json> {
  const url = `${context.github.addresses.api}/repos/${context.repository.fullName}/git`;
  const entries = await context.repository.git.tree(sha, recursive);
  return {
    sha,
    url: `${url}/trees/${sha}`,
    truncated: false,
    tree: entries.map((entry) => ({
      path: entry.path,
      mode: entry.mode,
      type: entry.type,
      sha: entry.sha,
      ...(entry.size === undefined ? {} : { size: entry.size }),
      url: `${url}/${entry.type}s/${entry.sha}`,
    })),
  };
}

async function createTree(context: RepositoryContext) {
  const { repository, body } = context;
  const changes = await Promise.all(
    objectsField(body, 'tree').map(async (entry) => {
      const content = textField(entry, 'content');
      const sha = content === undefined ? entry.sha : await repository.git.writeBlob(Buffer.from(content));
      const path = requiredText(entry, 'path');
      return { path, mode: textField(entry, 'mode') ?? '100644', sha: typeof sha === 'string' ? sha : null };
    }),
  );
  const base = textField(body, 'base_tree');
  if (base !== undefined && (await repository.git.objectOf(`${base}^{tree}`)) === undefined) {
    throw new ApiError(404, 'base_tree is not a valid tree oid');
  }
  const sha = await repository.git.writeTree(base, changes);
  return { status: 201, body: await presentTree(context, sha, false) };
}

async function getTree(context: RepositoryContext) {
  const sha = await context.repository.git.objectOf(`${context.params.tree_sha}^{tree}`);
  if (sha === undefined) throw new ApiError(404, 'Not Found');
  return { status: 200, body: await presentTree(context, sha, context.query.has('recursive')) };
}

async function createBlob({ repository, github, body }: RepositoryContext) {
  const encoding = textField(body, 'encoding') === 'base64' ? 'base64' : 'utf8';
  const sha = await repository.git.writeBlob(Buffer.from(requiredText(body, 'content'), encoding));
  return { status: 201, body: { sha, url: `${github.addresses.api}/repos/${repository.fullName}/git/blobs/${sha}` } };
}

async function getBlob({ repository, github, params }: RepositoryContext) {
  const sha = params.file_sha ?? '';
  if ((await repository.git.typeOf(sha)) !== 'blob') throw new ApiError(404, 'Not Found');
  const content = await repository.git.blob(sha);
  return {
    status: 200,
    body: {
      sha,
      node_id: sha,
      size: content.length,
      url: `${github.addresses.api}/repos/${repository.fullName}/git/blobs/${sha}`,
      content: wrapBase64(content),
      encoding: 'base64',
    },
  };
}

/** GitHub breaks base64 at 60 characters. */
export function wrapBase64(content: Buffer): string {
  return content.toString('base64').replace(/(.{60})/g, '$1\n');
}

/** Git data, all from the bare repository. */
export const GIT_ROUTES: readonly Route[] = [
  repositoryRoute('GET /git/ref/{ref}', 'contents', getRef),
  repositoryRoute('GET /git/matching-refs/{ref}', 'contents', listRefs),
  repositoryRoute('POST /git/refs', 'contents:write', createRef),
  repositoryRoute('PATCH /git/refs/{ref}', 'contents:write', updateRef),
  repositoryRoute('DELETE /git/refs/{ref}', 'contents:write', deleteRef),
  repositoryRoute('POST /git/tags', 'contents:write', createTag),
  repositoryRoute('GET /git/tags/{tag_sha}', 'contents', getTag),
  repositoryRoute('POST /git/commits', 'contents:write', createGitCommit),
  repositoryRoute('GET /git/commits/{commit_sha}', 'contents', getGitCommit),
  repositoryRoute('POST /git/trees', 'contents:write', createTree),
  repositoryRoute('GET /git/trees/{tree_sha}', 'contents', getTree),
  repositoryRoute('POST /git/blobs', 'contents:write', createBlob),
  repositoryRoute('GET /git/blobs/{file_sha}', 'contents', getBlob),
];
