import type { DeploymentEnvironment } from '../github/state.ts';
import { isForkRun } from './job-context.ts';
import type { RunRequest } from './trigger.ts';
import type { Job } from './workflow.ts';

/** Why a job may not use the environment that it names, or undefined. An environment that no one made has no rule. */
export function environmentRefusal(request: RunRequest, job: Job): string | undefined {
  const environment = environmentOf(request, job);
  if (environment === undefined || mayUse(environment, request)) return undefined;
  return `Branch "${request.ref}" is not allowed to deploy to ${job.environment} due to environment protection rules.`;
}

/** "Protected branches only" lets all branches through where none is protected. */
function mayUse({ refs, isForProtected }: DeploymentEnvironment, { ref, repository }: RunRequest): boolean {
  const { protection } = repository;
  if (isForProtected === true) return protection.size === 0 || protection.has(ref.replace(/^refs\/heads\//, ''));
  return refs === undefined || refs.includes(ref);
}

/** The secrets that a job sees: of the repository, and of its environment before these. A fork's run sees none. */
export function secretsOf(request: RunRequest, job: Job): Readonly<Record<string, string>> {
  if (isForkRun(request)) return {};
  return { ...Object.fromEntries(request.repository.secrets), ...environmentOf(request, job)?.secrets };
}

function environmentOf({ repository }: RunRequest, { environment }: Job): DeploymentEnvironment | undefined {
  return environment === undefined ? undefined : repository.environments.get(environment);
}
