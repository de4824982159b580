import { AREAS, type Finding, isRequiredAndMissing } from '../domain/doctor/finding.ts';
import { escapeText } from './text/escape.ts';
import { fencedCode } from './text/fenced-code.ts';
import { fold } from './text/fold.ts';
import { renderTable } from './text/table.ts';

/** Viewer: a person with admin rights may see more than the App. */
export type Asker = 'app' | 'person';

/** Chosen: a comment has 65,536 characters, and other answers may be in it too. */
const MAX_COMMENT_CHARACTERS = 40_000;
const MOST_CHARACTERS = 600;

/** Counts in one sentence: what is wrong first. */
export function doctorHeadline(findings: readonly Finding[]): string {
  const required = findings.filter(isRequiredAndMissing).length;
  const advised = findings.filter(({ state, level }) => state === 'missing' && level === 'recommended').length;
  const hidden = findings.filter(({ state }) => state === 'unknown').length;
  const held = findings.filter(({ state }) => state === 'holds').length;
  const start = required === 0 ? 'No required item is known to be missing' : `${required} required missing`;
  return `${start}; ${advised} recommended missing, ${hidden} unknown, ${held} in place.`;
}

/** Fix for the parts that could not be seen; undefined if all were. */
function hiddenAdvice(findings: readonly Finding[], asker: Asker, repository: string): string | undefined {
  if (!findings.some(({ state }) => state === 'unknown')) return undefined;
  return asker === 'app'
    ? `Unknown does not mean fine: the App asks for few permissions. Run npm run doctor -- ${repository} with your own token.`
    : 'Unknown does not mean fine: give the token the named permission, and run the doctor again.';
}

/** The findings as Markdown for a comment, below the headline: what does not hold, then fixes and the rest, folded. */
export function renderDoctorComment(
  findings: readonly Finding[],
  { asker, repository }: { readonly asker: Asker; readonly repository: string },
): string {
  const open = findings.filter(({ state }) => state !== 'holds');
  const held = findings.filter(({ state }) => state === 'holds');
  const advice = hiddenAdvice(findings, asker, repository);
  const parts = [
    ...(open.length === 0 ? [] : [findingTable(open)]),
    ...(advice === undefined ? [] : [escapeText(advice)]),
  ];
  const folds = [
    { title: 'How to fix the missing items', content: renderFixes(findings) },
    { title: `In place (${held.length})`, content: held.length === 0 ? '' : findingTable(held) },
  ];
  return withinLimit(
    parts,
    folds.filter(({ content }) => content !== '').map(({ title, content }) => fold(title, content)),
  );
}

/** Entries that do not fit are counted: the whole list is in the terminal. */
function withinLimit(parts: readonly string[], folds: readonly string[]): string {
  const kept = [...parts];
  for (const part of folds) {
    const isFitting = [...kept, part].join('\n\n').length <= MAX_COMMENT_CHARACTERS;
    kept.push(isFitting ? part : 'The rest is too long for a comment: npm run doctor shows it.');
  }
  return kept.join('\n\n');
}

function findingTable(findings: readonly Finding[]): string {
  const rows = findings.map((one) => [stateWord(one), AREAS[one.area], cell(one.title), cell(detailOf(one))]);
  return renderTable(['', 'about', 'item', 'found'], rows);
}

function cell(text: string): string {
  return escapeText(text, MOST_CHARACTERS);
}

function renderFixes(findings: readonly Finding[]): string {
  const fixes = findings.flatMap((one) => {
    if (one.state !== 'missing') return [];
    const { where, command } = one.fix;
    return [
      [`**${cell(one.title)}**`, cell(where), ...(command === undefined ? [] : [fencedCode(command, 'sh')])].join(
        '\n\n',
      ),
    ];
  });
  return fixes.join('\n\n');
}

function stateWord({ state, level }: Finding): string {
  if (state === 'holds') return '✅';
  if (state === 'unknown') return '❔ unknown';
  return level === 'required' ? '❌ missing' : '⚠️ recommended';
}

function detailOf(finding: Finding): string {
  if (finding.state === 'unknown') return `needs ${finding.needs}`;
  return finding.detail ?? 'yes';
}

/** The findings as plain text for a terminal, with the commands as they are to be typed. */
export function renderDoctorText(
  findings: readonly Finding[],
  { asker, repository }: { readonly asker: Asker; readonly repository: string },
): string {
  const byArea = [...Map.groupBy(findings, ({ area }) => area)];
  const areas = byArea.map(([area, own]) => `${AREAS[area]}\n${own.map(textOf).join('\n')}`);
  const advice = hiddenAdvice(findings, asker, repository);
  return [...areas, doctorHeadline(findings), ...(advice === undefined ? [] : [advice])].join('\n\n');
}

const MARKS = { holds: 'ok     ', missing: 'MISSING', unknown: 'unknown' } as const;

function textOf(one: Finding): string {
  const mark = one.state === 'missing' && one.level === 'recommended' ? 'advised' : MARKS[one.state];
  const detail = one.state === 'holds' && one.detail === undefined ? '' : `: ${detailOf(one)}`;
  const first = `  ${mark}  ${plain(one.title)}${plain(detail)}`;
  if (one.state !== 'missing') return first;
  const { where, command } = one.fix;
  return [first, `           ${plain(where)}`, ...(command === undefined ? [] : [plainCommand(command)])].join('\n');
}

/** No control characters reach the terminal; commands begin at its edge, as a here-document has to end there. */
function plain(text: string): string {
  return text.replace(/\p{C}+/gu, ' ');
}

function plainCommand(command: string): string {
  return command.split('\n').map(plain).join('\n');
}
