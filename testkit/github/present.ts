import type { Account, AppIdentity, Json, Label, Permissions, Repository } from './state.ts';

/** URL of the forge. */
export interface Addresses {
  /** Base of the REST interface. */
  readonly api: string;
  /** Base of pages and of Git. */
  readonly html: string;
}

/** A node id: opaque to clients. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`0:${kind}${id}`).toString('base64');
}

/** An account, as `simple-user`. */
export function presentUser(addresses: Addresses, account: Account): Json {
  const url = `${addresses.api}/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('User', account.id),
    avatar_url: `${addresses.html}/avatars/${account.id}`,
    gravatar_id: '',
    url,
    html_url: `${addresses.html}/${account.type === 'Bot' ? `apps/${account.login.replace('[bot]', '')}` : account.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

const REPOSITORY_URLS: Readonly<Record<string, string>> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

/** A repository, with every field that any of its schemas requires. */
export function presentRepository(addresses: Addresses, repository: Repository): Json {
  const url = `${addresses.api}/repos/${repository.fullName}`;
  const html = `${addresses.html}/${repository.fullName}`;
  const openIssues = [...repository.issues.values()].filter((issue) => issue.state === 'open').length;
  const urls = Object.entries(REPOSITORY_URLS).map(([name, path]) => [name, url + path]);
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: repository.isPrivate,
    visibility: repository.isPrivate ? 'private' : 'public',
    owner: presentUser(addresses, repository.owner),
    html_url: html,
    description: null,
    fork: repository.forkOf !== undefined,
    url,
    ...Object.fromEntries(urls),
    git_url: `git:${html.slice(html.indexOf('//'))}.git`,
    ssh_url: `ssh://git@github.localhost/${repository.fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: 1,
    default_branch: repository.defaultBranch,
    open_issues: openIssues,
    open_issues_count: openIssues,
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    allow_forking: true,
    web_commit_signoff_required: false,
    license: null,
    pushed_at: repository.createdAt,
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    network_count: 0,
    subscribers_count: 0,
  };
}

/** Permissions that the schemas let an App hold; `metadata` is always read. */
export function presentPermissions(permissions: Permissions): Json {
  return { metadata: 'read', ...permissions };
}

/** The App, as `integration`. */
export function presentApp(addresses: Addresses, app: AppIdentity, owner: Account): Json {
  return {
    id: app.id,
    slug: app.slug,
    client_id: `Iv1.${app.id}`,
    node_id: nodeId('App', app.id),
    owner: presentUser(addresses, owner),
    name: app.name,
    description: '',
    external_url: 'https://tidegate.dev',
    html_url: `${addresses.html}/apps/${app.slug}`,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    permissions: presentPermissions(app.permissions),
    events: app.events,
  };
}

/** Number of the App that jobs write their checks as. */
export const ACTIONS_APP_ID = 15368;

/** The App `github-actions`, which check runs of jobs belong to. */
export function presentActionsApp(addresses: Addresses): Json {
  const owner: Account = { id: 9919, login: 'github', type: 'Organization' };
  const app = {
    id: ACTIONS_APP_ID,
    slug: 'github-actions',
    name: 'GitHub Actions',
    permissions: {},
    events: [],
    privateKey: '',
  };
  return presentApp(addresses, { ...app, bot: owner }, owner);
}

/** A label, by name. */
export function presentLabel(addresses: Addresses, repository: Repository, label: Label): Json {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${addresses.api}/repos/${repository.fullName}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}
