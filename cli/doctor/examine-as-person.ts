import { APP_EVENTS, APP_PERMISSIONS } from '../../bot/app-manifest.ts';
import { createGitHubClient, type RepositoryName } from '../../core/adapters/github/github-client.ts';
import { createGitHubCommits } from '../../core/adapters/github/github-commits.ts';
import { GitHubHealthSignals } from '../../core/adapters/github/github-health-signals.ts';
import { AppOfOrganization, type NamedApp } from '../../core/adapters/github/github-installed-app.ts';
import { GitHubRepositorySetup } from '../../core/adapters/github/github-repository-setup.ts';
import { isRequiredAndMissing, isRequiredAndUnknown } from '../../core/domain/doctor/finding.ts';
import { seen } from '../../core/domain/doctor/looked.ts';
import type { InstalledApp } from '../../core/ports/github/repository-setup.ts';
import { renderDoctorText } from '../../core/render/doctor.ts';
import { examineSetup } from '../../core/usecases/setup/examine-setup.ts';

/** Whose repository is looked at, and by whom. */
export interface PersonalExamination {
  readonly repository: RepositoryName;
  readonly token: string;
  /** Undefined: the repository goes without the bot. */
  readonly app: NamedApp | undefined;
  /** Undefined: github.com. */
  readonly apiUrl: string | undefined;
}

const NO_APP: InstalledApp = { read: async () => seen(undefined) };

/** Looks at a repository with a person's token. `exitCode` is 1 where something required is missing, 2 where it is unknown. */
export async function examineAsPerson({
  repository: name,
  token,
  app,
  apiUrl,
}: PersonalExamination): Promise<{ readonly report: string; readonly exitCode: number }> {
  const client = await createGitHubClient({ token, ...(apiUrl === undefined ? {} : { apiUrl }) });
  const repository = `${name.owner}/${name.repo}`;
  const commits = createGitHubCommits(client, name);
  const wanted = app && { permissions: APP_PERMISSIONS, events: APP_EVENTS };
  const findings = await examineSetup(
    { repository, wanted },
    {
      setup: new GitHubRepositorySetup(client, name),
      installedApp: app === undefined ? NO_APP : new AppOfOrganization(client, name, app),
      checks: new GitHubHealthSignals(client, name),
      commits,
    },
  );
  const exitCode = findings.some(isRequiredAndMissing) ? 1 : findings.some(isRequiredAndUnknown) ? 2 : 0;
  return { report: renderDoctorText(findings, { asker: 'person', repository }), exitCode };
}
