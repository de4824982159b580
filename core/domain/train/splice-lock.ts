import type { UserError } from '../../errors.ts';
import { dvcError } from '../data/dvc-problem.ts';
import { isPlainMap, type PlainMap, type PlainValue, plainEquals } from '../data/plain-value.ts';
import { blockEntries } from '../yaml/block-entries.ts';
import { LOCK_HEAD, type ParsePlainText, type RecordedEntry } from './recorded-stage.ts';
import { lockedStages } from './stage-lock.ts';

/** Chosen: a dvc.lock of ten thousand stages. */
const MAX_LOCK_BYTES = 16 * 2 ** 20;
/** Column of the names of stages in what DVC writes. */
const STAGE_COLUMN = 2;

/**
 * The text of a dvc.lock with the entries of some stages replaced or added: all other bytes stay as they are.
 *
 * @param text Undefined: there is no such file.
 * @param entries Of this file; the text has other ones, or none, for these stages.
 * @throws {UserError} DVC_INVALID for a file that DVC would have written otherwise, and that cannot be edited line by line.
 */
export async function spliceLock(
  text: string | undefined,
  entries: readonly RecordedEntry[],
  parse: ParsePlainText,
): Promise<string> {
  if (text === undefined || text.trim() === '') return LOCK_HEAD + entries.map(({ entry }) => entry).join('');
  const [file = 'dvc.lock'] = entries.map((entry) => entry.file);
  const before = await parse(text, file);
  const edited = editLines(text, entries, { file, before });
  if (!isIntended(before, await parse(edited, file), entries)) throw notEditable(file);
  return edited;
}

function editLines(
  text: string,
  entries: readonly RecordedEntry[],
  { file, before }: { readonly file: string; readonly before: PlainValue },
): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const written = (entry: string) => (lineEnd === '\n' ? entry : entry.replaceAll('\n', lineEnd));
  if (lockedStages(before, file).size === 0) {
    // Whatever way it says that there is no stage.
    if (!/^schema: '2\.0'\r?\n(?:stages: \{\}\r?\n?)?$/.test(text)) throw notEditable(file);
    return written(LOCK_HEAD + entries.map(({ entry }) => entry).join(''));
  }
  const found = blockEntries(text, 'stages', { maxBytes: MAX_LOCK_BYTES });
  if (found === undefined || found.indent !== STAGE_COLUMN) throw notEditable(file);
  const splices = entries.map(({ stage, entry }) => {
    const span = found.spans.get(stage) ?? { start: found.end, end: found.end };
    return { ...span, entry: written(entry) };
  });
  // From the end to the beginning, so that no offset shifts; new ones keep their order.
  const ordered = splices.reverse().sort((left, right) => right.start - left.start);
  return ordered.reduce((edited, { start, end, entry }) => {
    const head = edited.slice(0, start);
    const isOpenLine = head !== '' && !head.endsWith('\n');
    return head + (isOpenLine ? lineEnd : '') + entry + edited.slice(end);
  }, text);
}

/** True if the entries are what was wanted, and nothing else changed. */
function isIntended(before: PlainValue, after: PlainValue, entries: readonly RecordedEntry[]): boolean {
  if (!isPlainMap(before) || !isPlainMap(after)) return false;
  const wanted = new Map([...stagesOf(before), ...entries.map(({ stage, value }) => [stage, value] as const)]);
  const others = [...new Set([...before.keys(), ...after.keys()])].filter((key) => key !== 'stages');
  return plainEquals(wanted, stagesOf(after)) && others.every((key) => plainEquals(before.get(key), after.get(key)));
}

function stagesOf(lock: PlainMap): PlainMap {
  const stages = lock.get('stages');
  return stages !== undefined && isPlainMap(stages) ? stages : new Map();
}

function notEditable(file: string): UserError {
  return dvcError('DVC_INVALID', file, {
    message: 'is not written as DVC writes it, so that single stages cannot be replaced in it',
    fix: "Run 'dvc commit --force', which writes it again, and commit the file.",
  });
}
