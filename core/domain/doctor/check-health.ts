import { type Finding, finding, findingOf, type Item } from './finding.ts';
import type { HealthFacts } from './setup-facts.ts';

/** Missing requirements for reading health. */
export function checkHealth(health: readonly HealthFacts[]): readonly Finding[] {
  return health.flatMap((one) => [checkDeadline(one), checkCreator(one), checkSaid(one), ...checkWriter(one)]);
}

function checkDeadline({ model, environment, hasDeadline }: HealthFacts): Finding {
  const lack = {
    detail: 'the bot waits forever for a version that never becomes healthy',
    fix: {
      where: `tidegate.yaml: models.${model}.environments, ${environment}: add health.deadline, for example 30m.`,
    },
  };
  return finding(item(`health.deadline is set for ${model} in ${environment}`), hasDeadline ? undefined : lack);
}

function checkCreator({ model, environment, creator, context }: HealthFacts): Finding {
  const lack = {
    detail: `anyone who may write a status can report that ${context} is healthy`,
    fix: {
      where: `tidegate.yaml: models.${model}.environments, ${environment}: add health.creator, for example argocd[bot].`,
    },
  };
  return finding(
    item(`health.creator is set for ${model} in ${environment}`),
    creator === undefined ? lack : undefined,
  );
}

function checkSaid({ model, environment, said, context, creator, from }: HealthFacts): Finding {
  const title = `A recent commit of the default branch has the health of ${model} in ${environment}`;
  const by = creator ?? 'anyone';
  return findingOf(item(title), said, (found) => {
    if (found === 'by-creator') return undefined;
    const detail = found === 'never' ? `no ${from} named ${context}` : `${context} was written, but not by ${by}`;
    const where = `Set up the monitor that writes the health (docs/guide/promotion.md), or correct health.context and health.creator: ${context} by ${by}.`;
    return { detail, fix: { where } };
  });
}

function checkWriter({ mayWrite, creator, model, environment }: HealthFacts): readonly Finding[] {
  if (mayWrite === undefined) return [];
  const title = `${creator ?? 'The App'} may write commit statuses, for ${model} in ${environment}`;
  const where = 'Settings of that App → Permissions & events: commit statuses: write.';
  const lack = { detail: 'its App does not ask for commit statuses: write', fix: { where } };
  const asked: Item = { area: 'health', level: 'recommended', title };
  return [findingOf(asked, mayWrite, (may) => (may ? undefined : lack))];
}

function item(title: string): Item {
  return { area: 'health', level: 'required', title };
}
