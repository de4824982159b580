import { checkActions } from './check-actions.ts';
import { checkApp } from './check-app.ts';
import { checkBranch } from './check-branch.ts';
import { checkConfig } from './check-config.ts';
import { checkEnvironments } from './check-environments.ts';
import { checkHealth } from './check-health.ts';
import { checkOwners } from './check-owners.ts';
import { checkTags } from './check-tags.ts';
import { checkWorkflows } from './check-workflows.ts';
import type { Finding } from './finding.ts';
import type { SetupFacts } from './setup-facts.ts';

/**
 * State of a repository's set-up, item by item, in the order of `AREAS`. What could not be looked at is unknown, never
 * fine; without a readable tidegate.yaml only what does not depend on it is said.
 */
export function diagnose(facts: SetupFacts): readonly Finding[] {
  const models = facts.config.kind === 'parsed' ? facts.config.models : [];
  return [
    ...checkConfig(facts.config),
    ...checkEnvironments(facts, models),
    ...checkBranch(facts, models),
    ...checkTags(facts, models),
    ...checkOwners(facts, models),
    ...checkWorkflows(facts, models),
    ...checkActions(facts),
    ...(facts.wanted === undefined ? [] : [...checkApp(facts, facts.wanted), ...checkHealth(facts.health)]),
  ];
}
