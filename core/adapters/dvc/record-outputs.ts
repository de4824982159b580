import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import { commitCommand } from '../../domain/data/dvc-command.ts';
import { dvcError } from '../../domain/data/dvc-problem.ts';
import type { OutputRecord } from '../../domain/data/output-record.ts';
import { folderOf, joinRepositoryPath } from '../../domain/data/repository-path.ts';
import { readYamlDocuments } from '../../domain/yaml/read-yaml-documents.ts';
import { decodeText } from '../files/decode-text.ts';

/**
 * Writes new digests into a `.dvc` file, line by line: comments, order and keys that it does not know keep their bytes.
 *
 * @param root Absolute.
 * @param file Relative to the root.
 */
export async function recordOutputs(root: string, file: string, outputs: readonly OutputRecord[]): Promise<void> {
  const absolute = path.join(root, file);
  let text = decodeText(await readFile(absolute), file);
  for (const output of outputs) text = editOutput(text, file, output);
  const temporary = `${absolute}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, absolute);
}

/** Chosen: a `.dvc` file has a few hundred bytes per output. */
const MAX_DVC_FILE_BYTES = 2 ** 20;

/** The keys that a digest consists of, in DVC's order. */
const KEYS = ['md5', 'size', 'nfiles', 'isexec', 'hash'] as const;

/** The text of a `.dvc` file with one output's record replaced. */
export function editOutput(text: string, file: string, output: OutputRecord): string {
  const values = {
    md5: quoteDigits(output.md5),
    size: output.sizeBytes === undefined ? undefined : `${output.sizeBytes}`,
    nfiles: output.fileCount === undefined ? undefined : `${output.fileCount}`,
    isexec: output.isExecutable ? 'true' : undefined,
    // What DVC 2 wrote has no such key; from now on it is an object of DVC 3.
    hash: 'md5',
  };
  let edited = text;
  let before: string | undefined;
  for (const key of KEYS) {
    edited = setKey(edited, findOutput(edited, file, output.path), { key, value: values[key], before });
    if (values[key] !== undefined) before = key;
  }
  return edited;
}

interface KeyEdit {
  readonly key: string;
  readonly value: string | undefined;
  /** The key after which a new one goes; undefined: first. */
  readonly before: string | undefined;
}

function setKey(text: string, entry: YAMLMap, { key, value, before }: KeyEdit): string {
  const pairs = entry.items.map((pair) => {
    const name = isScalar(pair.key) ? pair.key : undefined;
    return {
      name: String(name?.value),
      start: name?.range?.[0] ?? 0,
      value: isScalar(pair.value) ? pair.value : undefined,
    };
  });
  const found = pairs.find((pair) => pair.name === key);
  const range = found?.value?.range;
  if (found !== undefined && range !== undefined && range !== null) {
    if (value !== undefined) return text.slice(0, range[0]) + value + text.slice(range[1]);
    const lineStart = text.lastIndexOf('\n', found.start) + 1;
    const lineEnd = text.indexOf('\n', range[1]);
    return text.slice(0, lineStart) + (lineEnd < 0 ? '' : text.slice(lineEnd + 1));
  }
  if (value === undefined) return text;
  const first = pairs[0]?.start ?? 0;
  const indent = ' '.repeat(first - (text.lastIndexOf('\n', first) + 1));
  const anchor = pairs.find((pair) => pair.name === before);
  if (anchor === undefined) return `${text.slice(0, first)}${key}: ${value}\n${indent}${text.slice(first)}`;
  const lineEnd = text.indexOf('\n', anchor.value?.range?.[1] ?? anchor.start);
  const at = lineEnd < 0 ? text.length : lineEnd;
  return `${text.slice(0, at)}\n${indent}${key}: ${value}${text.slice(at)}`;
}

function findOutput(text: string, file: string, wanted: string): YAMLMap {
  const [document] = readYamlDocuments(text, { maxBytes: MAX_DVC_FILE_BYTES }).documents;
  const outs = document?.get('outs');
  const wdir = document?.get('wdir');
  const folder = joinRepositoryPath(folderOf(file), typeof wdir === 'string' ? wdir : '.', file);
  const found = (isSeq(outs) ? outs.items : []).find((item) => {
    const written = isMap(item) ? item.get('path') : undefined;
    return typeof written === 'string' && joinRepositoryPath(folder, written, file) === wanted;
  });
  if (isMap(found) && !found.flow) return found;
  throw dvcError('DVC_INVALID', file, {
    message: `cannot find the entry of ${wanted} to update it`,
    fix: `Run '${commitCommand({ stage: undefined, declaredIn: file })}' and commit the file.`,
  });
}

/** Digits alone, or digits around one e, would be read as a number. */
function quoteDigits(md5: string): string {
  return /^\d+(e\d+)?$/.test(md5) ? `'${md5}'` : md5;
}
