import { ApiError, type Reply, type RepositoryContext, type Route } from './router.ts';
import { settingsRoute } from './routes-settings.ts';
import type { ActionsSettings, Json } from './state.ts';

const FORK_POLICIES = [
  'first_time_contributors_new_to_github',
  'first_time_contributors',
  'all_external_contributors',
] as const;

function changeActions(context: RepositoryContext, changed: Partial<ActionsSettings>): Reply {
  Object.assign(context.repository.actionsSettings, changed);
  return { status: 204 };
}

function setForkApproval(context: RepositoryContext) {
  const forkApproval = FORK_POLICIES.find((one) => one === context.body.approval_policy);
  if (forkApproval === undefined) throw new ApiError(422, 'Invalid approval_policy');
  return changeActions(context, { forkApproval });
}

/** Settings → Actions → General. */
export function actionsSettingRoutes(): readonly Route[] {
  const [level, approval, retention] = ['workflow', 'fork-pr-contributor-approval', 'artifact-and-log-retention'].map(
    (name) => `/actions/permissions/${name}`,
  );
  const get = (path: string | undefined, shown: (settings: ActionsSettings) => Json) =>
    settingsRoute(`GET ${path}`, 'administration', ({ repository }) => ({
      status: 200,
      body: shown(repository.actionsSettings),
    }));
  const put = (path: string | undefined, handle: (context: RepositoryContext) => Reply) =>
    settingsRoute(`PUT ${path}`, 'administration:write', handle);
  return [
    get(level, ({ defaultPermissions, canApprove }) => ({
      default_workflow_permissions: defaultPermissions,
      can_approve_pull_request_reviews: canApprove,
    })),
    put(level, (context) => {
      const defaultPermissions = context.body.default_workflow_permissions === 'write' ? 'write' : 'read';
      return changeActions(context, {
        defaultPermissions,
        canApprove: context.body.can_approve_pull_request_reviews === true,
      });
    }),
    get(approval, ({ forkApproval }) => ({ approval_policy: forkApproval })),
    put(approval, setForkApproval),
    get(retention, ({ retentionDays }) => ({ days: retentionDays, maximum_allowed_days: 400 })),
    put(retention, (context) => changeActions(context, { retentionDays: Number(context.body.days) })),
  ];
}
