/** The numbers of one act of a storyboard, with what people read next to them. */
export interface ActNumbers {
  readonly act: string;
  readonly numbers: readonly string[];
}

/** Parts of a page that people do not read as numbers of a model. */
const HIDDEN = /<(script|style|svg|nav)\b[\s\S]*?<\/\1>/g;
/** Digests and commits, dates and clock times, durations: they differ with every run. */
const CHANGING = [
  /\b(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b…?/g,
  /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?\b/g,
  /\b\d{2}:\d{2}(?::\d{2})?\b/g,
  /\b\d+(?:\.\d+)? ?(?:ms|s|seconds?|minutes?|min|KiB|MiB|GiB|kB|MB|GB|bytes)\b/g,
  /(?:127\.0\.0\.1|localhost):\d+/g,
];
const NUMBER = /[-−+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?: ?%)?/g;

/**
 * The numbers of a storyboard by act, in the order of the page: metrics, intervals, counts of rows, versions. What
 * differs between two runs of the same code (digests, dates, durations, sizes) is left out.
 *
 * @example numbersByAct('<section><h2>1 Judge</h2>AUC 0.71 after 3 s</section>') // => [{ act: '1 Judge', numbers: ['1', '0.71'] }]
 */
export function numbersByAct(page: string): readonly ActNumbers[] {
  const acts = page
    .replace(HIDDEN, ' ')
    .split(/(?=<section\b)/)
    .filter((part) => part.startsWith('<section'));
  return acts.map((act) => {
    const title = /<h2[^>]*>([\s\S]*?)<\/h2>/.exec(act)?.[1] ?? '';
    return { act: textOf(title), numbers: numbersOf(textOf(act)) };
  });
}

function textOf(html: string): string {
  const text = html.replace(/<[^>]*>/g, ' ').replace(/&#?\w+;/g, ' ');
  return text.replace(/\s+/g, ' ').trim();
}

function numbersOf(text: string): readonly string[] {
  const kept = CHANGING.reduce((rest, pattern) => rest.replace(pattern, ' '), text);
  return (kept.match(NUMBER) ?? []).map((number) => number.replace('−', '-').replace(/ ?%$/, '%'));
}

/** Numbers of one page that another one does not have, as often as it has them more. */
export function missingNumbers(one: readonly string[], other: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const number of other) left.set(number, (left.get(number) ?? 0) + 1);
  return one.filter((number) => {
    const count = left.get(number) ?? 0;
    left.set(number, count - 1);
    return count <= 0;
  });
}
