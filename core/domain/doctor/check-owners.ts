import { CONFIG_FILE } from '../policy/config-file.ts';
import { branchFix, placesOf, pullRequestRule } from './check-branch.ts';
import { ownersOf } from './code-owners.ts';
import { type Finding, findingOf, type Item } from './finding.ts';
import { anyOf, mapLooked } from './looked.ts';
import type { ModelFacts, OwnersFile, SetupFacts } from './setup-facts.ts';

const OWNED: Item = {
  area: 'owners',
  level: 'recommended',
  title: 'The files that decide what is checked and what runs have owners',
};
const REVIEWED: Item = { area: 'owners', level: 'recommended', title: 'A review by these owners is required' };
/** Chosen: a report that a person reads. */
const MOST_NAMED = 5;

/** Files without an owner, and whether owners have to review. */
export function checkOwners(facts: SetupFacts, models: readonly ModelFacts[]): readonly Finding[] {
  const owned = findingOf(OWNED, facts.owners, (file) => {
    const open = filesToOwn(facts, models, file).filter((path) => ownersOf(path, file?.rules ?? []).length === 0);
    if (open.length === 0) return undefined;
    const more = open.length > MOST_NAMED ? `, and ${open.length - MOST_NAMED} more` : '';
    const detail = `${file === undefined ? 'there is no CODEOWNERS; ' : ''}no owner: ${open.slice(0, MOST_NAMED).join(', ')}${more}`;
    const lines = [...new Set(open.map(lineOf))].join(', ');
    return {
      detail,
      fix: {
        where: `Add lines for ${lines} to ${file?.path ?? '.github/CODEOWNERS'}. The last line that matches a file decides.`,
      },
    };
  });
  const answer = anyOf(placesOf(facts).map((place) => mapLooked(place, ({ needsOwnerReview }) => needsOwnerReview)));
  const reviewed = findingOf(REVIEWED, answer, (isSet) =>
    isSet
      ? undefined
      : {
          detail: 'owners are asked for a review, but a merge does not wait for it',
          fix: branchFix(facts, 'require a review from code owners', [pullRequestRule(true)]),
        },
  );
  return [owned, reviewed];
}

/** A new workflow file does as much as a changed one. */
function filesToOwn(
  { workflows }: SetupFacts,
  models: readonly ModelFacts[],
  file: OwnersFile | undefined,
): readonly string[] {
  const known = workflows.kind === 'seen' ? workflows.value.map((one) => one.file) : [];
  const inFolder = [...known, 'a-new-workflow.yml'].map((name) => `.github/workflows/${name}`);
  const targets = models.flatMap((model) => model.targets);
  return [...new Set([file?.path ?? '.github/CODEOWNERS', ...inFolder, CONFIG_FILE, ...targets])];
}

function lineOf(path: string): string {
  return path.startsWith('.github/') ? '/.github/' : `/${path}`;
}
