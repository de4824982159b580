import { FileArtifactHasher } from '../core/adapters/files/file-artifact-hasher.ts';
import { ZipReportArchive } from '../core/adapters/files/zip-report-archive.ts';
import { GitHubBranches } from '../core/adapters/github/github-branches.ts';
import { GitHubCheckRuns } from '../core/adapters/github/github-check-runs.ts';
import type { GitHubClient, RepositoryName } from '../core/adapters/github/github-client.ts';
import { GitHubComments } from '../core/adapters/github/github-comments.ts';
import { GitHubCommitHistory } from '../core/adapters/github/github-commit-history.ts';
import { GitHubControlIssues } from '../core/adapters/github/github-control-issues.ts';
import { GitHubConversation } from '../core/adapters/github/github-conversation.ts';
import { GitHubDefaultBranchLog } from '../core/adapters/github/github-default-branch-log.ts';
import { GitHubDriftIssues } from '../core/adapters/github/github-drift-issues.ts';
import { GitHubHealthSignals } from '../core/adapters/github/github-health-signals.ts';
import { OwnInstallation } from '../core/adapters/github/github-installed-app.ts';
import { GitHubMerging } from '../core/adapters/github/github-merging.ts';
import { GitHubPullRequests } from '../core/adapters/github/github-pull-requests.ts';
import { GitHubRepositoryFiles } from '../core/adapters/github/github-repository-files.ts';
import { GitHubRepositorySetup } from '../core/adapters/github/github-repository-setup.ts';
import { GitHubScheduledWorkflows } from '../core/adapters/github/github-scheduled-workflows.ts';
import { GitHubVersionTags } from '../core/adapters/github/github-version-tags.ts';
import { GitHubWorkflowRuns } from '../core/adapters/github/github-workflow-runs.ts';
import { parseConfig } from '../core/config/parse-config.ts';
import type { TidegateConfig } from '../core/config/tidegate-config.ts';
import type { TargetReader } from '../core/usecases/promote/changed-targets.ts';
import { ReleaseEvaluations } from '../core/usecases/promote/release-evaluations.ts';
import { examineSetup } from '../core/usecases/setup/examine-setup.ts';
import { APP_EVENTS, APP_PERMISSIONS } from './app-manifest.ts';
import type { BotMemory } from './bot-memory.ts';

/** Where a repository says how it uses Tidegate. */
export const CONFIG_FILE = 'tidegate.yaml';

/** Who the bot is on GitHub. */
export interface BotIdentity {
  readonly appId: number;
  /** Such as `tidegate[bot]`. */
  readonly login: string;
  /** Speaks as the App itself, which knows where it is installed. */
  readonly asApp: () => Promise<GitHubClient>;
  /** Now; epoch milliseconds. */
  readonly clockMs: () => number;
  /** What was read for earlier events, by repository. */
  readonly memory: BotMemory;
}

/** A repository as the bot works on it: its ports, and its config as the default branch has it. */
export type BotRepository = ReturnType<typeof openRepository> & {
  /** Asks to be looked at again; epoch milliseconds. */
  readonly wake?: (atMs: number) => void;
  /** Reads targets of what strangers propose. */
  readonly readTargets?: TargetReader;
};

/** Opens a repository with the client of its installation. */
export function openRepository(client: GitHubClient, name: RepositoryName, identity: BotIdentity) {
  const memory = identity.memory.of(name);
  const files = new GitHubRepositoryFiles(client, name, memory);
  const runs = new GitHubWorkflowRuns(client, name);
  const signals = new GitHubHealthSignals(client, name);
  const log = new GitHubDefaultBranchLog(client, name);
  const archive = new ZipReportArchive();
  const hasher = new FileArtifactHasher();
  const branches = new GitHubBranches(client, name, memory.facts);
  const fullName = `${name.owner}/${name.repo}`;
  return {
    name,
    fullName,
    identity,
    files,
    branches,
    memory,
    settled: memory.settled,
    checks: new GitHubCheckRuns(client, name, identity.appId),
    conversation: new GitHubConversation(client, name),
    controls: new GitHubControlIssues(client, name),
    comments: new GitHubComments(client, name, identity.login),
    history: new GitHubCommitHistory(client, name, memory.facts),
    log,
    schedules: new GitHubScheduledWorkflows(client, name),
    signals,
    issues: new GitHubDriftIssues(client, name),
    merging: new GitHubMerging(client, name),
    pullRequests: new GitHubPullRequests(client, name),
    runs,
    hasher,
    evaluations: new ReleaseEvaluations({ runs, archive, hasher }, memory.evaluations),
    tags: new GitHubVersionTags(client, name),
    archive,
    /** What is set up on GitHub for this repository, as far as the App may see it. */
    examine: () =>
      examineSetup(
        { repository: fullName, wanted: { permissions: APP_PERMISSIONS, events: APP_EVENTS } },
        {
          setup: new GitHubRepositorySetup(client, name),
          installedApp: new OwnInstallation(identity.asApp, name),
          ...{ files, branches, log, signals },
        },
      ),
    /**
     * The config at a commit, by default at the default branch's newest: only that one is obeyed.
     *
     * @returns Undefined where the repository has no tidegate.yaml: it does not use Tidegate.
     * @throws {UserError} CONFIG_INVALID.
     */
    async config(ref?: string): Promise<TidegateConfig | undefined> {
      const text = await files.read(CONFIG_FILE, ref);
      return text === undefined ? undefined : parseConfig(text).config;
    },
  };
}
