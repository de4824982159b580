import type { Route } from './router.ts';
import { ACTION_ROUTES } from './routes-actions.ts';
import { actionsSettingRoutes } from './routes-actions-settings.ts';
import { ACTIVITY_ROUTES } from './routes-activity.ts';
import { type AskEmulator, appRoutes } from './routes-app.ts';
import { CHECK_ROUTES } from './routes-checks.ts';
import { COMMIT_ROUTES } from './routes-commits.ts';
import { CONTENT_ROUTES } from './routes-contents.ts';
import { DEPLOYMENT_ROUTES } from './routes-deployments.ts';
import { GIT_ROUTES } from './routes-git.ts';
import { ISSUE_ROUTES } from './routes-issues.ts';
import { LABEL_ROUTES } from './routes-labels.ts';
import { PULL_ROUTES } from './routes-pulls.ts';
import { RULE_ROUTES } from './routes-rules.ts';
import { SETTING_ROUTES } from './routes-settings.ts';

/** Every operation that the forge answers. The OpenAPI fixture holds exactly these. */
export function allRoutes(ask: AskEmulator, owner: string): Route[] {
  return [
    ...appRoutes(ask, owner),
    ...GIT_ROUTES,
    ...COMMIT_ROUTES,
    ...CONTENT_ROUTES,
    ...ISSUE_ROUTES,
    ...LABEL_ROUTES,
    ...PULL_ROUTES,
    ...CHECK_ROUTES,
    ...DEPLOYMENT_ROUTES,
    ...ACTION_ROUTES,
    ...ACTIVITY_ROUTES,
    ...RULE_ROUTES,
    ...SETTING_ROUTES,
    ...actionsSettingRoutes(),
  ];
}
