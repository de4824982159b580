/** A change that no test noticed. */
export interface Survivor {
  /** From 1. */
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

/** Number of noticed changes of a file, and the unnoticed ones. */
export interface FileResult {
  readonly killed: number;
  /** Constants of modules, which are read once. */
  readonly ignored: number;
  readonly survivors: readonly Survivor[];
}

/** Why a survivor is none to worry about; it is found by what it changes, wherever that is. */
export interface Explanation {
  /** Base name. */
  readonly file: string;
  readonly from: string;
  /** Absent: every change of it. */
  readonly to?: string;
  readonly why: string;
}

/**
 * The results as a page, by the name of the file, and the survivors that nothing explains.
 *
 * @param files Every file that there is: those without a result are named.
 */
export function renderMutation(
  found: ReadonlyMap<string, FileResult>,
  explained: readonly Explanation[],
  files: readonly string[],
): { readonly text: string; readonly unexplained: readonly string[] } {
  const results = new Map([...found].sort(([first], [second]) => (first < second ? -1 : 1)));
  const survivors = [...results].flatMap(([file, { survivors: unnoticed }]) =>
    unnoticed.map((survivor) => ({ file, survivor, why: explanationOf(file, survivor, explained) })),
  );
  const unexplained = survivors.filter(({ why }) => why === undefined);
  const sum = (of: (result: FileResult) => number) => [...results.values()].reduce((total, one) => total + of(one), 0);
  const [killed, ignored] = [sum((one) => one.killed), sum((one) => one.ignored)];
  const total = killed + survivors.length;
  const share = total === 0 ? 0 : (100 * killed) / total;
  const missing = files.filter((file) => !results.has(file)).map((file) => `\`${shortName(file)}\``);
  const text = `${[
    INTRODUCTION,
    `Tests notice ${killed} of ${total} changes (${share.toFixed(1)} %). ${survivors.length - unexplained.length} of the others are explained below, ${unexplained.length} are not. ${ignored} changes of module constants were not tried.`,
    table(results),
    ...(missing.length === 0 ? [] : [`Not run yet: ${missing.join(', ')}.`]),
    '## Changes that no test notices',
    survivors.map(line).join('\n'),
  ].join('\n\n')}\n`;
  return { text, unexplained: unexplained.map(({ file, survivor }) => `${file}:${survivor.line} ${change(survivor)}`) };
}

const INTRODUCTION = `# Mutation testing of the gate and the metrics

Written by \`npm run mutate\` from the counts in mutation.json. Stryker changes the code in one place at a time and runs the
tests of the gate, the metrics and the evaluation that reach this place. If no test fails, either a test is missing or the
change makes no difference. Each change that makes no difference is explained below.`;

function explanationOf(file: string, { from, to }: Survivor, explained: readonly Explanation[]): string | undefined {
  return explained.find(
    (one) => file.endsWith(`/${one.file}`) && one.from === from && (one.to === undefined || one.to === to),
  )?.why;
}

function table(results: ReadonlyMap<string, FileResult>): string {
  const rows = [...results].map(
    ([file, { killed, survivors, ignored }]) =>
      `| \`${shortName(file)}\` | ${killed} | ${survivors.length} | ${ignored} |`,
  );
  return ['| file | noticed | not noticed | left out |', '|---|--:|--:|--:|', ...rows].join('\n');
}

function line({
  file,
  survivor,
  why,
}: {
  readonly file: string;
  readonly survivor: Survivor;
  readonly why: string | undefined;
}): string {
  return `- \`${shortName(file)}:${survivor.line}\`: ${change(survivor)}: ${why ?? '**not explained**'}`;
}

function change({ from, to }: Survivor): string {
  return `${code(from)} to ${code(to)}`;
}

function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  return text === '' ? 'nothing' : `${fence} ${text} ${fence}`;
}

function shortName(file: string): string {
  return file.replace('core/domain/', '');
}
