import { parseConfig } from '../../config/parse-config.ts';
import type { ModelConfig } from '../../config/tidegate-config.ts';
import { readWorkflowFacts } from '../../config/workflow-facts.ts';
import { DATA_ENVIRONMENT, RELEASE_ENVIRONMENT } from '../../domain/doctor/check-environments.ts';
import { OWNERS_FILES, parseCodeOwners } from '../../domain/doctor/code-owners.ts';
import { diagnose } from '../../domain/doctor/diagnose.ts';
import type { Finding } from '../../domain/doctor/finding.ts';
import { type Looked, seen, unknown } from '../../domain/doctor/looked.ts';
import type {
  ConfigFacts,
  HealthFacts,
  ModelFacts,
  OwnersFile,
  SetupFacts,
  WantedApp,
} from '../../domain/doctor/setup-facts.ts';
import type { WorkflowFacts } from '../../domain/doctor/workflow-facts.ts';
import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { WORKFLOW_LOGIN } from '../../domain/policy/workflow-login.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { Checks, HealthSource } from '../../ports/github/checks.ts';
import type { BaseBranch, Commits } from '../../ports/github/commits.ts';
import type { InstalledApp, RepositorySetup } from '../../ports/github/repository-setup.ts';

/** Dependencies of examining a repository's set-up; nothing is written. */
export interface SetupPorts {
  readonly setup: RepositorySetup;
  readonly installedApp: InstalledApp;
  readonly commits: Pick<Commits, 'default' | 'read' | 'tips'>;
  readonly checks: Pick<Checks, 'health'>;
}

/** Repository, and the requirements of the bot for its App. */
export interface SetupRequest {
  /** `owner/name` */
  readonly repository: string;
  /** Undefined: the repository goes without the bot, and nothing that only the bot needs is asked for. */
  readonly wanted: WantedApp | undefined;
}

/** Chosen: more workflow files than any repository was seen with. */
export const MAX_WORKFLOW_FILES = 50;
/** Chosen: health that was told in the last weeks. */
const RECENT_COMMITS = 10;

/** Permissions that a token needs to read each kind of health. */
const PERMISSIONS = {
  argocd: 'commit statuses: read',
  'commit-status': 'commit statuses: read',
  'check-run': 'checks: read',
  'deployment-status': 'deployments: read',
} as const satisfies Readonly<Record<HealthSource['from'], string>>;

/**
 * Looks at everything that Tidegate relies on in a repository, and says what holds, what is missing and what could not be
 * looked at.
 *
 * @throws {ServiceError} GITHUB_UNREACHABLE (retryable), GITHUB_REFUSED where the repository itself cannot be read.
 */
export async function examineSetup(request: SetupRequest, ports: SetupPorts): Promise<readonly Finding[]> {
  const { setup, commits } = ports;
  const base = await commits.default();
  const { name: defaultBranch, sha } = base;
  const { config, health: told } = await readConfig(sha, ports);
  const [environments, protectedBranches, secrets, ruled, protection, tagRulesets] = await Promise.all([
    setup.environments([RELEASE_ENVIRONMENT, DATA_ENVIRONMENT]),
    setup.protectedBranches(),
    setup.secrets(),
    setup.ruled(defaultBranch),
    setup.protection(defaultBranch),
    setup.tagRulesets(),
  ]);
  const [owners, workflows, actions, app, workflowAppId, health] = await Promise.all([
    readOwners(sha, ports),
    readWorkflows(sha, ports),
    setup.actions(),
    ports.installedApp.read(),
    setup.workflowAppId(),
    observeHealth(told, base, ports),
  ]);
  const settings = { environments, protectedBranches, secrets, ruled, protection, tagRulesets, actions, app };
  const files = { config, owners, workflows, health };
  const facts: SetupFacts = { ...request, defaultBranch, ...settings, ...files, workflowAppId };
  return diagnose(facts);
}

/** An environment whose health someone tells. */
interface ToldHealth {
  readonly model: string;
  readonly environment: Environment;
}

async function readConfig(
  sha: string,
  { commits }: SetupPorts,
): Promise<{ readonly config: ConfigFacts; readonly health: readonly ToldHealth[] }> {
  try {
    const text = await commits.read(CONFIG_FILE, sha);
    if (text === undefined) return { config: { kind: 'absent' }, health: [] };
    const models = Object.entries(parseConfig(text).config.models);
    const health = models.flatMap(([model, { environments }]) =>
      environments.filter(isTold).map((environment) => ({ model, environment })),
    );
    return { config: { kind: 'parsed', models: models.map(modelFacts) }, health };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problems = error.problems.map(({ message, place }) => `line ${place?.line ?? 1}: ${message}`);
    return { config: { kind: 'broken', problems }, health: [] };
  }
}

function isTold({ health }: Environment): boolean {
  return health !== undefined && health.from !== 'none';
}

function modelFacts([name, { register, train, drift, environments }]: [string, ModelConfig]): ModelFacts {
  return {
    name,
    store: register?.store,
    releaseWorkflow: register?.workflow,
    retrainWorkflow: drift?.retrain?.workflow,
    ...(train?.record === true && { isRecorded: true }),
    targets: [...new Set(environments.flatMap(({ targets }) => targets.map(({ file }) => file)))],
  };
}

async function readOwners(sha: string, { commits }: SetupPorts): Promise<Looked<OwnersFile | undefined>> {
  try {
    for (const path of OWNERS_FILES) {
      const text = await commits.read(path, sha);
      if (text !== undefined) return seen({ path, rules: parseCodeOwners(text) });
    }
    return seen(undefined);
  } catch (error) {
    if (error instanceof UserError) return unknown(`a file that can be read: ${error.message}`);
    throw error;
  }
}

async function readWorkflows(sha: string, { setup, commits }: SetupPorts): Promise<Looked<readonly WorkflowFacts[]>> {
  const listed = await setup.workflowFiles();
  if (listed.kind === 'unknown') return listed;
  if (listed.value.length > MAX_WORKFLOW_FILES) {
    return unknown(`a manual check: there are ${listed.value.length} workflow files, more than ${MAX_WORKFLOW_FILES}`);
  }
  const read = async (file: string) =>
    readWorkflowFacts(file, (await textOrNothing(commits, { path: `.github/workflows/${file}`, sha })) ?? '');
  return seen(await Promise.all(listed.value.map(read)));
}

/** A file that is too large or no text is a workflow that cannot be read, and is said to be. */
async function textOrNothing(
  commits: SetupPorts['commits'],
  { path, sha }: { readonly path: string; readonly sha: string },
): Promise<string | undefined> {
  return commits.read(path, sha).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
}

async function observeHealth(
  told: readonly ToldHealth[],
  base: BaseBranch,
  ports: SetupPorts,
): Promise<readonly HealthFacts[]> {
  if (told.length === 0) return [];
  const { tips } = await ports.commits.tips(base, RECENT_COMMITS);
  const commits = tips.map((tip) => tip.sha);
  const facts: HealthFacts[] = [];
  for (const one of told) facts.push(await healthFacts(one, commits, ports));
  return facts;
}

async function healthFacts(
  { model, environment: { name, health } }: ToldHealth,
  commits: readonly string[],
  { checks, setup }: SetupPorts,
): Promise<HealthFacts> {
  const { from = 'none', context = name, creator, deadline } = health ?? {};
  const isStatus = from === 'argocd' || from === 'commit-status';
  const asked = isStatus && creator?.endsWith('[bot]') === true && creator !== WORKFLOW_LOGIN;
  return {
    ...{ model, environment: name, from, context, creator },
    hasDeadline: deadline !== undefined,
    said: from === 'none' ? seen('never') : await wordsOf({ from, context, creator }, commits, checks),
    mayWrite: asked ? await setup.mayWriteStatuses(creator) : undefined,
  };
}

async function wordsOf(
  source: HealthSource,
  commits: readonly string[],
  checks: Pick<Checks, 'health'>,
): Promise<HealthFacts['said']> {
  try {
    if ((await checks.health(source, commits)).length > 0) return seen('by-creator');
    if (source.creator === undefined) return seen('never');
    const anyone = await checks.health({ ...source, creator: undefined }, commits);
    return seen(anyone.length > 0 ? 'by-another' : 'never');
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'GITHUB_REFUSED') return unknown(PERMISSIONS[source.from]);
    throw error;
  }
}
