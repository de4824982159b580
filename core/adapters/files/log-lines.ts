import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { matchesGlob } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { LogLine } from '../../domain/serving-log/log-format.ts';
import { withoutEnding } from '../../domain/text/without-ending.ts';
import { UserError } from '../../errors.ts';
import { unlessAbsent } from './absent.ts';
import { filesIn } from './files-in-folder.ts';

/** Chosen: a record with a batch of requests; more is another file. */
const MOST_CHARACTERS = 64 * 1024 * 1024;
const WILD = /[*?[{]/;

/**
 * The files of a path: the file itself, all files in a folder however deep, or those that a pattern matches; hidden ones left out.
 * By their names.
 *
 * @param path Absolute.
 * @throws {UserError} DATA_NOT_FOUND where there is none.
 */
export async function filesOf(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(unlessAbsent);
  if (found?.isFile() === true) return [path];
  const isPattern = found === undefined && WILD.test(path);
  const folder = isPattern ? path.slice(0, path.lastIndexOf('/', path.search(WILD))) : path;
  const there = isPattern ? await stat(folder).catch(unlessAbsent) : found;
  const all =
    there?.isDirectory() === true
      ? await filesIn(withoutEnding(folder, '/'), { isHidden: (name) => name.startsWith('.') })
      : [];
  const files = isPattern ? all.filter((file) => matchesGlob(file, path)) : all;
  if (files.length > 0) return files;
  throw new UserError('DATA_NOT_FOUND', `there is no file ${path}`, {
    fix: 'Check drift.current, and that the server writes its log there.',
  });
}

/**
 * The lines of files that have text, one file after the other; of `.gz` what is in them.
 *
 * @throws {UserError} DATA_UNSUPPORTED for Parquet, CSV and lines above 64 MB, DATA_INVALID for bytes that are not UTF-8.
 */
export async function* logLines(files: readonly string[]): AsyncIterable<LogLine> {
  for (const file of files) {
    if (/\.(?:parquet|csv)$/i.test(file)) throw tabular(file);
    yield* linesOf(file);
  }
}

async function* linesOf(file: string): AsyncIterable<LogLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  // Parts of the line that goes on: joined once, when it ends.
  let [open, openCharacters]: [string[], number] = [[], 0];
  const lineOf = (text: string, isOpen: boolean) => ({ file, line, text: withoutEnding(text, '\r'), isOpen });
  for await (const chunk of bytesOf(file)) {
    const [first = '', ...others] = decoded(() => decoder.decode(chunk, { stream: true }), file).split('\n');
    open.push(first);
    openCharacters += first.length;
    for (const next of others) {
      const text = open.join('');
      if (text.trim() !== '') yield lineOf(text, false);
      line++;
      [open, openCharacters] = [[next], next.length];
    }
    if (openCharacters > MOST_CHARACTERS) throw tooLong(file, line);
  }
  const rest = `${open.join('')}${endOf(decoder)}`;
  if (rest.trim() !== '') yield lineOf(rest, true);
}

async function* bytesOf(file: string): AsyncIterable<Uint8Array> {
  const stream = createReadStream(file);
  if (!/\.gz$/i.test(file)) return yield* stream;
  const unzipped = stream.pipe(createGunzip());
  stream.on('error', (error) => unzipped.destroy(error));
  try {
    yield* unzipped;
  } catch (cause) {
    throw new UserError('DATA_INVALID', `${file} is not a whole gzip file`, {
      fix: 'Name only files that the server has closed.',
      cause,
    });
  }
}

function decoded(decode: () => string, file: string): string {
  try {
    return decode();
  } catch {
    throw new UserError('DATA_INVALID', `${file} is not encoded in UTF-8`, {
      fix: 'Name only files of the log in drift.current.',
    });
  }
}

/** The end of a text; a character that is cut in its middle becomes U+FFFD, so that the line does not parse. */
function endOf(decoder: { decode(): string }): string {
  try {
    return decoder.decode();
  } catch {
    return '\uFFFD';
  }
}

function tabular(file: string): UserError {
  return new UserError('DATA_UNSUPPORTED', `${file} is a table, and logs of servers are read as JSON`, {
    fix: 'Let the server log in JSON (for KServe the storage format json), or make a table of its columns and remove drift.format.',
  });
}

function tooLong(file: string, line: number): UserError {
  return new UserError('DATA_UNSUPPORTED', `${file}:${line}: the line is longer than 64 MB`, {
    fix: 'Write one record per line.',
  });
}
