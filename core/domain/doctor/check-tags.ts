import { type Finding, findingOf, type Item } from './finding.ts';
import { fitsPattern } from './path-pattern.ts';
import type { ModelFacts, SetupFacts, TagRuleset } from './setup-facts.ts';
import { ghApi } from './shell-command.ts';

const KEPT: Item = { area: 'tags', level: 'recommended', title: 'Version tags cannot be changed or deleted' };
const MADE: Item = {
  area: 'tags',
  level: 'recommended',
  title: 'Not everyone with write access can create version tags',
};

/** Missing protection of version tags. The code is safe without it: a tag that no release vouches for is skipped. */
export function checkTags(facts: SetupFacts, models: readonly ModelFacts[]): readonly Finding[] {
  const { tagRulesets, repository } = facts;
  const names = models.map(({ name }) => name);
  const where = `${repository}: Settings → Rules → Rulesets → New tag ruleset, for ${patternsOf(names).join(' and ')}`;
  const kept = findingOf(KEPT, tagRulesets, (rulesets) => {
    const open = openTo(rulesets, names, ['update', 'deletion']);
    if (open.length === 0) return undefined;
    const fix = { where: `${where}: restrict updates and deletions.`, command: commandOf(repository, names) };
    return { detail: `no active ruleset covers ${open.join(', ')}`, fix };
  });
  const made = findingOf(MADE, tagRulesets, (rulesets) => {
    const open = openTo(rulesets, names, ['creation']);
    const detail = 'the bot skips tags that it does not trust, and lists them';
    const how = 'restrict creations, with a bypass for a GitHub App, and give its token to register';
    return open.length === 0 ? undefined : { detail, fix: { where: `${where}: ${how}.` } };
  });
  return [kept, made];
}

/** Names of the tags, one for each model, that a rule does not reach. */
function openTo(
  rulesets: readonly TagRuleset[],
  models: readonly string[],
  rules: readonly string[],
): readonly string[] {
  const tags = (models.length === 0 ? ['model'] : models).map((name) => `${name}@v1.0.0`);
  const covers = (tag: string, rule: string) =>
    rulesets.some((set) => set.rules.includes(rule) && isIn(tag, set.include) && !isIn(tag, set.exclude));
  return tags.filter((tag) => !rules.every((rule) => covers(tag, rule)));
}

function isIn(tag: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pattern === '~ALL' || fitsPattern(`refs/tags/${tag}`, pattern));
}

/** A star does not go through folders, and names of models may have some. */
function patternsOf(models: readonly string[]): readonly string[] {
  return ['refs/tags/*@v*', ...(models.some((name) => name.includes('/')) ? ['refs/tags/**/*@v*'] : [])];
}

function commandOf(repository: string, models: readonly string[]): string {
  const body = {
    name: 'tidegate: version tags',
    target: 'tag',
    enforcement: 'active',
    conditions: { ref_name: { include: patternsOf(models), exclude: [] } },
    rules: [{ type: 'update' }, { type: 'deletion' }],
  };
  return ghApi({ method: 'POST', path: `repos/${repository}/rulesets`, body });
}
