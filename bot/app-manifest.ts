/** Permissions of the App, each with its reason in docs/guide/bot.md; no others are requested. */
export const APP_PERMISSIONS = {
  actions: 'write',
  checks: 'write',
  contents: 'write',
  deployments: 'read',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'read',
} as const;

/** The events that it listens to. */
export const APP_EVENTS = [
  'push',
  'create',
  'pull_request',
  'issues',
  'issue_comment',
  'workflow_run',
  'check_run',
  'status',
  'deployment_status',
  'merge_group',
] as const;

/** URL of the App, and the URL to which GitHub redirects after its creation. */
export interface AppAddresses {
  /** Public URL of the bot's webhooks. */
  readonly webhookUrl: string;
  readonly redirectUrl: string;
}

/**
 * The manifest that GitHub makes the App from.
 *
 * Source: GitHub Docs, "Registering a GitHub App from a manifest".
 */
export function appManifest({ webhookUrl, redirectUrl }: AppAddresses) {
  return {
    name: 'Tidegate',
    url: 'https://github.com/tidegate/tidegate',
    hook_attributes: { url: webhookUrl, active: true },
    redirect_url: redirectUrl,
    public: false,
    default_permissions: APP_PERMISSIONS,
    default_events: APP_EVENTS,
  };
}
