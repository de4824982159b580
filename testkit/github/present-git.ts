import type { Ref } from './bare-repository.ts';
import type { FileDiff } from './diff.ts';
import type { CommitObject, Signature, TagObject } from './git-objects.ts';
import { type Addresses, nodeId, presentUser } from './present.ts';
import type { View } from './present-issue.ts';
import type { Json, Repository } from './state.ts';

const VERIFICATION = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

function apiUrl(addresses: Addresses, repository: Repository): string {
  return `${addresses.api}/repos/${repository.fullName}`;
}

/** A ref of the Git data interface. */
export function presentRef(addresses: Addresses, repository: Repository, ref: Ref): Json {
  const url = apiUrl(addresses, repository);
  const folder = ref.type === 'tag' ? 'tags' : `${ref.type}s`;
  return {
    ref: ref.ref,
    node_id: nodeId('Ref', ref.ref),
    url: `${url}/git/${ref.ref}`,
    object: { type: ref.type, sha: ref.sha, url: `${url}/git/${folder}/${ref.sha}` },
  };
}

/** An annotated tag. */
export function presentTag(addresses: Addresses, repository: Repository, tag: TagObject): Json {
  const url = apiUrl(addresses, repository);
  return {
    node_id: nodeId('Tag', tag.sha),
    tag: tag.tag,
    sha: tag.sha,
    url: `${url}/git/tags/${tag.sha}`,
    message: tag.message,
    tagger: { ...tag.tagger },
    object: { type: tag.object.type, sha: tag.object.sha, url: `${url}/git/${tag.object.type}s/${tag.object.sha}` },
    verification: VERIFICATION,
  };
}

/** A commit of the Git data interface. */
export function presentGitCommit(addresses: Addresses, repository: Repository, commit: CommitObject): Json {
  const url = apiUrl(addresses, repository);
  const html = `${addresses.html}/${repository.fullName}/commit`;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${url}/git/commits/${commit.sha}`,
    html_url: `${html}/${commit.sha}`,
    author: { ...commit.author },
    committer: { ...commit.committer },
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({ sha, url: `${url}/git/commits/${sha}`, html_url: `${html}/${sha}` })),
    verification: VERIFICATION,
  };
}

/** A commit of the repository interface. */
export function presentCommit(view: View, repository: Repository, commit: CommitObject): Json {
  const url = apiUrl(view.addresses, repository);
  const html = `${view.addresses.html}/${repository.fullName}/commit`;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${html}/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    commit: {
      url: `${url}/git/commits/${commit.sha}`,
      author: { ...commit.author },
      committer: { ...commit.committer },
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      comment_count: 0,
      verification: VERIFICATION,
    },
    author: userOf(view, commit.author),
    committer: userOf(view, commit.committer),
    parents: commit.parents.map((sha) => ({ sha, url: `${url}/commits/${sha}`, html_url: `${html}/${sha}` })),
  };
}

/** GitHub knows people by their addresses; here by the noreply address that names the login. */
function userOf(view: View, signature: Signature): Json | null {
  const login = /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(signature.email)?.[1];
  const account = login === undefined ? undefined : view.state.accounts.get(login.toLowerCase());
  return account === undefined ? null : presentUser(view.addresses, account);
}

/** A file of a diff. */
export function presentFile(
  addresses: Addresses,
  place: { repository: Repository; sha: string },
  file: FileDiff,
): Json {
  const { repository, sha } = place;
  const html = `${addresses.html}/${repository.fullName}`;
  const name = file.filename.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.blobSha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${html}/blob/${sha}/${name}`,
    raw_url: `${html}/raw/${sha}/${name}`,
    contents_url: `${apiUrl(addresses, repository)}/contents/${name}?ref=${sha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousFilename === undefined ? {} : { previous_filename: file.previousFilename }),
  };
}
