import { formatCount, formatPercent } from '../domain/text/format-number.ts';
import type { ReportedValidation } from '../reports/data-validation.ts';
import { escapeText } from './text/escape.ts';
import { inlineCode } from './text/inline-code.ts';
import { renderTable } from './text/table.ts';

const ICONS = { pass: '✅', warn: '⚠️', fail: '❌' } as const;
/** Chosen: a comment is read, the report has the rest. */
const MAX_ROWS = 20;
const MAX_CHANGES = 20;

/** Check of a dataset in one line. */
function validationSentence({ rows, verdict, checks, failures, warnings, schema }: ReportedValidation): string {
  const found =
    verdict === 'pass'
      ? 'all hold'
      : [counted(failures, 'fails', 'fail'), counted(warnings, 'warns', 'warn')]
          .filter((part) => part !== '')
          .join(', ');
  return `${ICONS[verdict]} Data: ${formatCount(checks)} checks of ${inlineCode(schema.path)} on ${formatCount(rows)} rows: ${found}.`;
}

function counted(count: number, one: string, many: string): string {
  return count === 0 ? '' : `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** The violations as a table, and what is to be told of the schema; every text of it is escaped. */
export function renderValidation(validation: ReportedValidation): string {
  const { violations, failures, warnings, notes = [] } = validation;
  const rows = violations
    .slice(0, MAX_ROWS)
    .map(({ check, column, severity, count, share, message, examples }) => [
      `${ICONS[severity]} ${escapeText(message, 300)}`,
      column === undefined ? '' : inlineCode(column, 80),
      check,
      share === null ? '' : `${formatCount(count)} (${formatPercent(share)})`,
      examples
        .map(({ row, value }) => `${formatCount(row)}: ${value === null ? '–' : inlineCode(value, 60)}`)
        .join(', '),
    ]);
  const more = failures + warnings - rows.length;
  return [
    validationSentence(validation),
    ...(rows.length === 0
      ? []
      : [renderTable(['', 'column', 'check', 'rows', 'first rows'], rows, ['l', 'l', 'l', 'r', 'l'])]),
    ...(more > 0 ? [`And ${formatCount(more)} more, which the report lists.`] : []),
    ...(notes.length === 0 ? [] : [`Not checked: ${notes.map((note) => escapeText(note)).join('; ')}.`]),
    ...renderChanges(validation),
  ].join('\n\n');
}

function renderChanges({ changes = [] }: ReportedValidation): readonly string[] {
  if (changes.length === 0) return [];
  const loosened = changes.filter(({ loosens }) => loosens).length;
  const lines = [...changes]
    .sort((a, b) => Number(b.loosens) - Number(a.loosens))
    .slice(0, MAX_CHANGES)
    .map(({ text, loosens }) => `- ${loosens ? '⚠️ ' : ''}${escapeText(text)}`);
  const more = changes.length - lines.length;
  const title = `This pull request changes the data schema (${formatCount(changes.length)} ${changes.length === 1 ? 'change' : 'changes'}, ${formatCount(loosened)} of which allow more):`;
  return [[title, '', ...lines, ...(more > 0 ? [`- and ${formatCount(more)} more`] : [])].join('\n')];
}
