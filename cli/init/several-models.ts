/** Chosen: adding a model changes the workflows only in a repository with more. */
const FEWEST_PLACES = 8;
/** An output of a leg of a matrix: the template has the first place. */
const FIRST_PLACE = /^( +[\w-]+)-0: (\$\{\{ strategy\.job-index == )0( && .*)$\n/gm;
/** Steps between the check-out and the data, in the job that trains. */
const SETUP =
  /fetch-depth: 0 # the champion is scored by the code of its own commit\n([\s\S]*?)(?= {6}- name: Pull the data\n)/;
const PINNED = /@[0-9a-f]{40} # .*$/gm;

/**
 * Gives the outputs of a matrix as many places as it may have legs.
 *
 * @param models Number of models in tidegate.yaml.
 */
export function withPlaces(text: string, models: number): string {
  const count = Math.max(FEWEST_PLACES, models);
  return text.replaceAll(FIRST_PLACE, (_, name: string, before: string, after: string) =>
    Array.from({ length: count }, (_place, index) => `${name}-${index}: ${before}${index}${after}\n`).join(''),
  );
}

/** The steps of a workflow that set up Python and install packages, as the team has them; undefined where it is not ours. */
export function setupIn(text: string): string | undefined {
  return SETUP.exec(text)?.[1]?.replace(/\n$/, '');
}

/** True if two texts of a workflow differ in the versions of its actions at most. */
export function isSameWorkflow(left: string, right: string): boolean {
  const unpinned = (text: string) => text.replaceAll(PINNED, '@').replaceAll('\r\n', '\n');
  return unpinned(left) === unpinned(right);
}
