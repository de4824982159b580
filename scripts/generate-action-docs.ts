import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { markdownTable } from 'markdown-table';
import { type ActionMetadata, listActions, readActionMetadata } from './action-metadata.ts';
import { PROJECT_ROOT } from './project-root.ts';

/** Columns are not padded: one changed description would change every line. */
const COMPACT = { alignDelimiters: false };

/** A description as action.yml writes it: text, and where there is one "Example: …" or "Default: …". */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();
}

function inputsTable({ inputs }: ActionMetadata): string {
  const rows = Object.entries(inputs).map(([name, { description, required, default: value }]) => {
    const shown = required === true ? '**required**' : value === undefined || value === '' ? '' : `\`${value}\``;
    return [`\`${name}\``, cell(description), shown];
  });
  return markdownTable([['input', 'description', 'default'], ...rows], COMPACT);
}

function outputsTable({ outputs }: ActionMetadata): string {
  const rows = Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, cell(description)]);
  return markdownTable([['output', 'description'], ...rows], COMPACT);
}

/**
 * Puts the tables of an action.yml between the markers of a README.
 *
 * @param readme Text with `<!-- inputs:start -->`, `<!-- inputs:end -->` and the same for outputs, each once.
 * @throws {Error} Where a marker is missing.
 */
export function insertActionTables(readme: string, metadata: ActionMetadata): string {
  const tables = { inputs: inputsTable(metadata), outputs: outputsTable(metadata) };
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the README of ${metadata.name} lacks ${start} and ${end}`);
    return `${text.slice(0, from + start.length)}\n${table}\n${text.slice(to)}`;
  }, readme);
}

/**
 * The README of an action, as it is and as it should be.
 *
 * @param name Folder of the action.
 */
export function actionReadme(name: string): { path: string; current: string; wanted: string } {
  const path = join(PROJECT_ROOT, 'actions', name, 'README.md');
  const current = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return { path, current, wanted: insertActionTables(current, readActionMetadata(name)) };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const isCheck = process.argv.includes('--check');
  const failed = listActions().filter((name) => !updateReadme(name, isCheck));
  if (failed.length > 0) process.exitCode = 1;
}

function updateReadme(name: string, isCheck: boolean): boolean {
  try {
    const { path, current, wanted } = actionReadme(name);
    if (current === wanted) return true;
    if (!isCheck) writeFileSync(path, wanted);
    else console.error(`actions/${name}/README.md is not current. Run: node scripts/generate-action-docs.ts`);
    return !isCheck;
  } catch (error) {
    console.error(`actions/${name}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
