import type { KnownFacts } from './adoption.ts';
import { type CodePatch, patchSplit } from './code-patches.ts';
import type { RepositoryFacts } from './repository-facts.ts';
import { canMakeTable } from './table-by-training.ts';

/** The reason why there is no test set, and what to do. */
export function noTestSet(repository: RepositoryFacts): string {
  const [split] = repository.code.splits;
  if (split === undefined)
    return 'No table is called like one, and no call of train_test_split is seen. Let training write the rows that it does not see to a file such as data/test.csv.';
  if (canMakeTable(repository))
    return 'The code loads its data from no table here: with --yes, training is run once in a copy, to see them.';
  return `${split.call.file.path} splits in memory, in a way that cannot be changed here. Write its test part to data/test.csv there, with a fixed random_state.`;
}

/**
 * The path of a new test set, relative to the folder in which training runs: in the folder of the model, and not that of
 * another model, whose rows would be replaced.
 */
function freePath(
  { repository, folder, isThere }: Pick<KnownFacts, 'repository' | 'folder' | 'isThere'>,
  { inside, git }: { readonly inside: string; readonly git: RepositoryFacts['git'] },
): string {
  const own = inside === '' && folder !== '' ? `${folder}/` : '';
  const above = inside === '' ? own : `${inside}/`;
  const data = git.files.some((file) => file.startsWith(`${above}data/`)) ? 'data/' : '';
  const names = ['test.csv', `test-${repository.name}.csv`, `test-${repository.name}-2.csv`];
  const free = names.find((name) => !isThere(`${above}${data}${name}`)) ?? names[0];
  return `${own}${data}${free}`;
}

/** The test set, and what it needs. */
export interface FoundTestSet {
  readonly path: string;
  readonly isMade: boolean;
  /** Its labels are the numbers that the code made of them. */
  readonly isEncoded: boolean;
  readonly patches: readonly CodePatch[];
  readonly notes: readonly string[];
}

/** A table by an option or by its name, else the test part of a split in memory. */
export function testSetOf({ repository, options, table, folder, isThere }: KnownFacts): FoundTestSet | undefined {
  const { code, git, dvc, testSets } = repository;
  const path = options.test ?? testSets[0];
  if (path !== undefined) {
    const isTracked =
      git.files.includes(path) ||
      /[*?{]|^[a-z0-9]+:\/\//.test(path) ||
      dvc.outs.includes(path) ||
      dvc.stages.some(({ outs }) => outs.some((out) => path === out || path.startsWith(`${out}/`)));
    const others = testSets.filter((one) => one !== path && options.test === undefined);
    const isAll = code.reads.includes(path) && !testSets.includes(path);
    const notes = [
      ...(isAll
        ? [
            `Training reads ${path} too: a model is judged well on rows that it was trained on. Name rows that it does not see.`,
          ]
        : []),
      ...(others.length === 0
        ? []
        : [`The test set is taken to be ${path}, not ${others.slice(0, 3).join(', ')}. --test says another.`]),
      ...(isTracked || isThere(path) ? [] : [`${path} is not here yet: training writes it.`]),
    ];
    return { path, isMade: !isTracked, isEncoded: false, patches: [], notes };
  }
  const split = code.splits.find(({ targets }) => targets.length > 0);
  if (split === undefined || table === undefined) return undefined;
  const inside = repository.program?.folder ?? folder;
  const to = freePath({ repository, folder, isThere }, { inside, git });
  const patch = patchSplit(split, { to, label: table.label });
  if (patch === undefined) return undefined;
  const seeded = split.isSeeded ? '' : ', with a fixed random state';
  const note = `${patch.file} splits the data in memory, so it now also writes its test part to ${to}${seeded}.`;
  return {
    path: inside === '' ? to : `${inside}/${to}`,
    isMade: true,
    isEncoded: code.encodesLabels,
    patches: [patch],
    notes: [note],
  };
}
