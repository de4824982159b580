import { parsePlain } from '../core/adapters/dvc/parse-plain.ts';
import { FileArtifactHasher } from '../core/adapters/files/file-artifact-hasher.ts';
import { ZipReportArchive } from '../core/adapters/files/zip-report-archive.ts';
import { createGitHubChecks } from '../core/adapters/github/github-checks.ts';
import type { GitHubClient, RepositoryName } from '../core/adapters/github/github-client.ts';
import { GitHubComments } from '../core/adapters/github/github-comments.ts';
import { createGitHubCommits } from '../core/adapters/github/github-commits.ts';
import { GitHubFailedJobs } from '../core/adapters/github/github-failed-jobs.ts';
import { OwnInstallation } from '../core/adapters/github/github-installed-app.ts';
import { GitHubIssues } from '../core/adapters/github/github-issues.ts';
import { GitHubPullRequests } from '../core/adapters/github/github-pull-requests.ts';
import { GitHubRepositorySetup } from '../core/adapters/github/github-repository-setup.ts';
import { GitHubVersionTags } from '../core/adapters/github/github-version-tags.ts';
import { GitHubWorkflows } from '../core/adapters/github/github-workflows.ts';
import { parseConfig } from '../core/config/parse-config.ts';
import type { TidegateConfig } from '../core/config/tidegate-config.ts';
import { CONFIG_FILE } from '../core/domain/policy/config-file.ts';
import type { TargetReader } from '../core/usecases/promote/changed-targets.ts';
import { ReleaseEvaluations } from '../core/usecases/promote/release-evaluations.ts';
import { examineSetup } from '../core/usecases/setup/examine-setup.ts';
import { APP_EVENTS, APP_PERMISSIONS } from './app-manifest.ts';
import type { BotMemory } from './bot-memory.ts';

/** Identity of the bot on GitHub. */
export interface BotIdentity {
  readonly appId: number;
  /** Such as `tidegate[bot]`. */
  readonly login: string;
  /** Speaks as the App itself, which knows where it is installed. */
  readonly asApp: () => Promise<GitHubClient>;
  /** Now; epoch milliseconds. */
  readonly clockMs: () => number;
  /** Cache from earlier events, by repository. */
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
  const commits = createGitHubCommits(client, name, memory);
  const workflows = new GitHubWorkflows(client, name);
  const checks = createGitHubChecks(client, name, identity.appId);
  const archive = new ZipReportArchive();
  const hasher = new FileArtifactHasher();
  const fullName = `${name.owner}/${name.repo}`;
  return {
    name,
    fullName,
    identity,
    commits,
    memory,
    settled: memory.settled,
    checks,
    comments: new GitHubComments(client, name, identity.login),
    issues: new GitHubIssues(client, name),
    pullRequests: new GitHubPullRequests(client, name),
    workflows,
    failedJobs: new GitHubFailedJobs(client, name),
    tags: new GitHubVersionTags(client, name),
    archive,
    hasher,
    parsePlain,
    evaluations: new ReleaseEvaluations({ workflows, archive, hasher }, memory.evaluations),
    /** Set-up of this repository on GitHub, as far as the App may see it. */
    examine: () =>
      examineSetup(
        { repository: fullName, wanted: { permissions: APP_PERMISSIONS, events: APP_EVENTS } },
        {
          setup: new GitHubRepositorySetup(client, name),
          installedApp: new OwnInstallation(identity.asApp, name),
          ...{ commits, checks },
        },
      ),
    /**
     * The config at a commit, by default at the default branch's newest: only that one is obeyed.
     *
     * @returns Undefined where the repository has no tidegate.yaml: it does not use Tidegate.
     * @throws {UserError} CONFIG_INVALID.
     */
    async config(ref?: string): Promise<TidegateConfig | undefined> {
      const text = await commits.read(CONFIG_FILE, ref);
      return text === undefined ? undefined : parseConfig(text).config;
    },
  };
}
