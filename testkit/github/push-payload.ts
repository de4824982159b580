import { NO_OBJECT } from './bare-repository.ts';
import { type Addresses, presentRepository } from './present.ts';
import type { Account, Json, Repository } from './state.ts';

/** The repository of a push payload: of all payloads, this one has numbers (epoch seconds) where the others have texts. */
function pushedRepository(addresses: Addresses, repository: Repository): Json {
  const seconds = Math.floor(Date.parse(repository.createdAt) / 1000);
  const { owner, ...shown } = presentRepository(addresses, repository);
  const { login } = repository.owner;
  return {
    ...shown,
    owner: { ...(typeof owner === 'object' ? owner : {}), name: login, email: null },
    created_at: seconds,
    pushed_at: seconds,
    stargazers: 0,
    master_branch: repository.defaultBranch,
    organization: login,
  };
}

/** The payload of a push, without what every payload has. */
export async function pushPayload(
  addresses: Addresses,
  repository: Repository,
  push: { ref: string; before: string; after: string; by: Account },
): Promise<Json> {
  const { ref, before, after } = push;
  const head = after === NO_OBJECT ? undefined : await repository.git.commitOf(after);
  const isKnown = before !== NO_OBJECT && (await repository.git.commitOf(before)) !== undefined;
  const from = isKnown ? { from: before } : { limit: 1 };
  const shas = head === undefined ? [] : (await repository.git.log(head, { ...from })).slice(0, 20).toReversed();
  const commits = await Promise.all(shas.map((sha) => commitJson(addresses, repository, sha)));
  const forced = isKnown && head !== undefined && !(await repository.git.isAncestor(before, head));
  return {
    repository: pushedRepository(addresses, repository),
    ref,
    before,
    after,
    created: before === NO_OBJECT,
    deleted: after === NO_OBJECT,
    forced,
    base_ref: null,
    compare: `${addresses.html}/${repository.fullName}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: head === undefined ? null : await commitJson(addresses, repository, head),
    pusher: { name: push.by.login, email: `${push.by.id}+${push.by.login}@users.noreply.github.com` },
  };
}

async function commitJson(addresses: Addresses, repository: Repository, sha: string): Promise<Json> {
  const commit = await repository.git.commit(sha);
  const base = commit.parents[0] ?? (await repository.git.writeTree(undefined, []));
  const files = await repository.git.diff(base, sha);
  const named = (status: string) => files.filter((file) => file.status === status).map(({ filename }) => filename);
  return {
    id: sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${addresses.html}/${repository.fullName}/commit/${sha}`,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
    added: named('added'),
    removed: named('removed'),
    modified: [...named('modified'), ...named('renamed')],
  };
}
