import type { Commits } from '../../ports/github/commits.ts';
import { GitFacts } from './git-facts.ts';
import { GitHubBranches } from './github-branches.ts';
import type { GitHubClient, RepositoryName } from './github-client.ts';
import { GitHubCommitHistory } from './github-commit-history.ts';
import { GitHubDefaultBranchLog } from './github-default-branch-log.ts';
import { GitHubRepositoryFiles, type ReadingOptions } from './github-repository-files.ts';

/**
 * Branches, commits and files of a GitHub repository as one port.
 *
 * @param options `facts` and `texts`: what is known already, and is added to.
 */
export function createGitHubCommits(
  client: GitHubClient,
  repository: RepositoryName,
  options: ReadingOptions = {},
): Commits {
  const facts = options.facts ?? new GitFacts();
  const branches = new GitHubBranches(client, repository, facts);
  const history = new GitHubCommitHistory(client, repository, facts);
  const files = new GitHubRepositoryFiles(client, repository, { ...options, facts });
  const log = new GitHubDefaultBranchLog(client, repository);
  return {
    default: () => branches.default(),
    head: (branch) => branches.head(branch),
    commit: (commit) => branches.commit(commit),
    treeWith: (base, changed) => branches.treeWith(base, changed),
    changedFiles: (base, head) => branches.changedFiles(base, head),
    mergeBase: (base, head) => branches.mergeBase(base, head),
    rootEntries: (commit) => branches.rootEntries(commit),
    isAncestorOrSame: (commit, of) => history.isAncestorOrSame(commit, of),
    read: (path, ref) => files.read(path, ref),
    objectIds: (path, commits) => files.objectIds(path, commits),
    tips: (base, atMost) => log.tips(base, atMost),
    wasAt: (wanted, atMost) => log.wasAt(wanted, atMost),
  };
}
