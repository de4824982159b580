import { NO_OBJECT } from './bare-repository.ts';
import type { ForgeState } from './forge-state.ts';
import { nodeId, presentUser } from './present.ts';
import { type RepositoryContext, type Route, repositoryRoute } from './router.ts';
import type { Account, Activity, ActivityType, Json, Repository } from './state.ts';

interface Move {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  /** Undefined: a push. */
  readonly type?: ActivityType;
  readonly actor: Account;
}

/** Keeps a move of a branch, at the forge's own time. */
export async function recordActivity(state: ForgeState, repository: Repository, move: Move): Promise<void> {
  const { ref, before, after, actor } = move;
  const type = move.type ?? (await typeOf(repository, move));
  repository.activity.push({ id: state.newId(), ref, before, after, actor, type, timestamp: state.now() });
}

async function typeOf({ git }: Repository, { before, after }: Move): Promise<ActivityType> {
  if (before === NO_OBJECT) return 'branch_creation';
  if (after === NO_OBJECT) return 'branch_deletion';
  return (await git.isAncestor(before, after)) ? 'push' : 'force_push';
}

/** Newest first; pages are asked for by cursor, not by number. */
function listActivity({ repository, github, query }: RepositoryContext) {
  const size = Math.min(100, Number(query.get('per_page') ?? 30));
  const ref = query.get('ref');
  const wanted = ref === null || ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
  const after = Number(query.get('after') ?? Number.POSITIVE_INFINITY);
  const found = repository.activity
    .filter((one) => (wanted === null || one.ref === wanted) && one.id < after)
    .toReversed();
  const page = found.slice(0, size);
  const next = new URLSearchParams(query);
  next.set('after', String(page.at(-1)?.id ?? 0));
  const link = `<${github.addresses.api}/repos/${repository.fullName}/activity?${next}>; rel="next"`;
  const body = page.map((one) => presentActivity(github.addresses, one));
  return { status: 200, body, headers: found.length > size ? { link } : {} };
}

function presentActivity(addresses: Parameters<typeof presentUser>[0], activity: Activity): Json {
  const { id, before, after, ref, timestamp, type, actor } = activity;
  return {
    id,
    node_id: nodeId('Activity', id),
    before,
    after,
    ref,
    timestamp,
    activity_type: type,
    actor: presentUser(addresses, actor),
  };
}

/** Changes of branches. */
export const ACTIVITY_ROUTES: readonly Route[] = [repositoryRoute('GET /activity', 'contents', listActivity)];
