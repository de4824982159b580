import { presentRepository } from './present.ts';
import { presentCommit, presentGitCommit } from './present-git.ts';
import { ApiError, type RepositoryContext, type Route, repositoryRoute, requiredText, textField } from './router.ts';
import { actorOf, commitAt, signatureOf, wrapBase64 } from './routes-git.ts';
import { presentBranchProtection } from './routes-rules.ts';
import { rulesOf } from './rulesets.ts';
import type { Json } from './state.ts';

function entryJson(
  context: RepositoryContext,
  at: { path: string; ref: string },
  entry: { sha: string; size: number; type: string },
): Json {
  const { addresses } = context.github;
  const base = `${addresses.api}/repos/${context.repository.fullName}`;
  const html = `${addresses.html}/${context.repository.fullName}`;
  const path = at.path.split('/').map(encodeURIComponent).join('/');
  const isFile = entry.type === 'blob';
  const url = `${base}/contents/${path}?ref=${at.ref}`;
  const gitUrl = `${base}/git/${isFile ? 'blobs' : 'trees'}/${entry.sha}`;
  const htmlUrl = `${html}/${isFile ? 'blob' : 'tree'}/${at.ref}/${path}`;
  return {
    name: at.path.split('/').at(-1) ?? '',
    path: at.path,
    sha: entry.sha,
    size: entry.size,
    url,
    html_url: htmlUrl,
    git_url: gitUrl,
    download_url: isFile ? `${html}/raw/${at.ref}/${path}` : null,
    type: isFile ? 'file' : 'dir',
    _links: { self: url, git: gitUrl, html: htmlUrl },
  };
}

async function getContents(context: RepositoryContext) {
  const { repository, query } = context;
  const path = (context.params.path ?? '').replace(/\/+$/, '');
  const ref = query.get('ref') ?? repository.defaultBranch;
  const commit = await commitAt(repository, ref.replace(/^refs\/heads\//, ''));
  const sha = await repository.git.objectOf(`${commit}:${path}`);
  const type = sha === undefined ? undefined : await repository.git.typeOf(sha);
  if (sha === undefined || type === undefined) throw new ApiError(404, 'Not Found');
  if (type === 'blob') {
    const content = await repository.git.blob(sha);
    const entry = entryJson(context, { path, ref }, { sha, size: content.length, type });
    // GitHub leaves out what is over 1 MB.
    const small = content.length <= 1024 * 1024;
    return {
      status: 200,
      body: { ...entry, encoding: small ? 'base64' : 'none', content: small ? wrapBase64(content) : '' },
    };
  }
  const entries = await repository.git.tree(sha, false);
  const prefix = path === '' ? '' : `${path}/`;
  const list = entries.map((entry) =>
    entryJson(context, { path: prefix + entry.path, ref }, { sha: entry.sha, size: entry.size ?? 0, type: entry.type }),
  );
  return { status: 200, body: list };
}

interface FileChange {
  readonly path: string;
  readonly blob: string | null;
  readonly known: string | undefined;
}

/** Makes a commit that changes one file of a branch, and moves the branch. */
async function commitFile(context: RepositoryContext, change: FileChange): Promise<Json> {
  const { repository, github, body } = context;
  const branch = textField(body, 'branch') ?? repository.defaultBranch;
  const ref = `refs/heads/${branch}`;
  const head = await repository.git.commitOf(ref);
  if (head === undefined) throw new ApiError(404, `Branch ${branch} not found`);
  const given = textField(body, 'sha');
  if (change.known !== given) {
    if (given === undefined) throw new ApiError(422, `Invalid request.\n\n"sha" wasn't supplied.`);
    throw new ApiError(409, `${change.path} does not match ${given}`);
  }
  const actor = actorOf(context);
  const signature = signatureOf(actor.account, github.state.now());
  const tree = await repository.git.writeTree(head, [{ path: change.path, mode: '100644', sha: change.blob }]);
  const message = requiredText(body, 'message');
  const sha = await repository.git.writeCommit({
    tree,
    parents: [head],
    message,
    author: signature,
    committer: signature,
  });
  await repository.git.moveRef(ref, sha, head);
  await github.refMoved(repository, { ref, before: head, after: sha }, actor);
  return presentGitCommit(github.addresses, repository, await repository.git.commit(sha));
}

async function currentBlob({ repository, body, params, query }: RepositoryContext): Promise<string | undefined> {
  const branch = textField(body, 'branch') ?? query.get('branch') ?? repository.defaultBranch;
  return repository.git.objectOf(`refs/heads/${branch}:${params.path}`);
}

async function putContents(context: RepositoryContext) {
  const path = context.params.path ?? '';
  const content = Buffer.from(requiredText(context.body, 'content'), 'base64');
  const known = await currentBlob(context);
  const blob = await context.repository.git.writeBlob(content);
  const commit = await commitFile(context, { path, blob, known });
  const ref = textField(context.body, 'branch') ?? context.repository.defaultBranch;
  const entry = entryJson(context, { path, ref }, { sha: blob, size: content.length, type: 'blob' });
  return { status: known === undefined ? 201 : 200, body: { content: entry, commit } };
}

async function deleteContents(context: RepositoryContext) {
  const known = await currentBlob(context);
  if (known === undefined) throw new ApiError(404, 'Not Found');
  const commit = await commitFile(context, { path: context.params.path ?? '', blob: null, known });
  return { status: 200, body: { content: null, commit } };
}

function getRepository({ repository, github }: RepositoryContext) {
  return { status: 200, body: presentRepository(github.addresses, repository) };
}

async function getBranch(context: RepositoryContext) {
  const { repository, github, params } = context;
  const name = params.branch ?? '';
  const sha = await repository.git.commitOf(`refs/heads/${name}`);
  if (sha === undefined) throw new ApiError(404, 'Branch not found');
  const view = { state: github.state, addresses: github.addresses };
  const self = `${github.addresses.api}/repos/${repository.fullName}/branches/${name}`;
  return {
    status: 200,
    body: {
      name,
      commit: presentCommit(view, repository, await repository.git.commit(sha)),
      _links: { self, html: `${github.addresses.html}/${repository.fullName}/tree/${name}` },
      protected: repository.protection.has(name) || rulesOf(repository, name).length > 0,
      protection: presentBranchProtection(repository, name),
      protection_url: `${self}/protection`,
    },
  };
}

async function listBranches({ repository, github, query }: RepositoryContext) {
  const refs = await repository.git.refs('refs/heads/');
  const url = `${github.addresses.api}/repos/${repository.fullName}/commits`;
  const list = refs.map(({ ref, sha }) => {
    const name = ref.slice('refs/heads/'.length);
    return { name, commit: { sha, url: `${url}/${sha}` }, protected: repository.protection.has(name) };
  });
  const wanted = query.get('protected');
  return { status: 200, items: { list: list.filter((one) => wanted === null || String(one.protected) === wanted) } };
}

async function listTags({ repository, github }: RepositoryContext) {
  const refs = await repository.git.refs('refs/tags/');
  const base = `${github.addresses.api}/repos/${repository.fullName}`;
  const list = await Promise.all(
    refs.toReversed().map(async ({ ref }) => {
      const name = ref.slice('refs/tags/'.length);
      const sha = (await repository.git.commitOf(ref)) ?? '';
      const urls = { zipball_url: `${base}/zipball/${ref}`, tarball_url: `${base}/tarball/${ref}`, node_id: ref };
      return { name, commit: { sha, url: `${base}/commits/${sha}` }, ...urls };
    }),
  );
  return { status: 200, items: { list } };
}

/** Files, branches, tags and the repository itself. */
export const CONTENT_ROUTES: readonly Route[] = [
  repositoryRoute('GET ', 'metadata', getRepository),
  repositoryRoute('GET /contents/{path}', 'contents', getContents),
  repositoryRoute('PUT /contents/{path}', 'contents:write', putContents),
  repositoryRoute('DELETE /contents/{path}', 'contents:write', deleteContents),
  repositoryRoute('GET /branches', 'contents', listBranches),
  repositoryRoute('GET /branches/{branch}', 'contents', getBranch),
  repositoryRoute('GET /tags', 'contents', listTags),
];
