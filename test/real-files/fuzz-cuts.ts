import { readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parsePlain } from '../../core/adapters/dvc/parse-plain.ts';
import { parseDirectoryManifest } from '../../core/domain/data/directory-manifest.ts';
import { parseDvcFile } from '../../core/domain/data/tracked-output.ts';
import { UserError } from '../../core/errors.ts';
import { readColumns, shownColumn } from './column-values.ts';
import type { Evaluator } from './evaluate-here.ts';
import type { Finding } from './finding.ts';
import { makeInputs } from './make-inputs.ts';

const STEP = 1024;
/** Chosen: short files are cut more finely, at least so often. */
const FEWEST_CUTS = 16;

/** What is read of a file, so that it can be compared. */
type Reading = (path: string) => Promise<unknown>;

/**
 * Every kind of file that is read, cut at every kibibyte: what the whole file says, or a refusal. Of text that nothing says
 * the length of, the rows before the cut.
 */
export async function fuzzCuts(seed: number, evaluator: Evaluator): Promise<readonly Finding[]> {
  const made = await makeInputs<string>('fuzz_cuts', { args: [String(seed)] });
  try {
    const findings: Finding[] = [];
    for (const file of made.cases) findings.push(...(await cutFile(join(made.folder, file), { seed, evaluator })));
    return findings;
  } finally {
    await made.remove();
  }
}

async function cutFile(
  path: string,
  { seed, evaluator }: { readonly seed: number; readonly evaluator: Evaluator },
): Promise<readonly Finding[]> {
  const bytes = await readFile(path);
  const read = readingOf(path, evaluator);
  const whole = await read(path);
  const step = Math.min(STEP, Math.ceil(bytes.length / FEWEST_CUTS));
  const findings: Finding[] = [];
  for (let cut = step; cut < bytes.length; cut += step) {
    const place = join(path, '..', `cut-${path.split('/').at(-1)}`);
    await writeFile(place, bytes.subarray(0, cut));
    const own = await read(place).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      return undefined;
    });
    if (own === undefined || isPartOf(own, whole, path)) continue;
    findings.push({ seed, input: `${path} cut at byte ${cut}`, own, peer: whole });
  }
  return findings;
}

function readingOf(path: string, { tables, models }: Evaluator): Reading {
  const extension = extname(path);
  if (extension === '.dir') return async (file) => parseDirectoryManifest(await readFile(file, 'utf8'), file);
  if (extension === '.dvc') return async (file) => digestsOf(await readFile(file, 'utf8'));
  if (extension !== '.onnx') return async (file) => shown(await readColumns(tables, file));
  return async (file) => {
    const model = await models.open(file);
    await model.close();
    return model.outputs;
  };
}

/** What a `.dvc` file names: its path may be cut, which DVC does not see either. */
async function digestsOf(text: string): Promise<readonly (string | undefined)[]> {
  return parseDvcFile(await parsePlain(text, 'cut.dvc'), 'cut.dvc').map(({ md5 }) => md5);
}

function shown(columns: Awaited<ReturnType<typeof readColumns>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, shownColumn(column)]));
}

type Table = Readonly<Record<string, readonly unknown[]>>;

/** Rows of plain text but the last one, which may be cut within a value; and a value that is cut may make its column one of text. */
function isPartOf(own: unknown, whole: unknown, path: string): boolean {
  if (!/\.(csv|jsonl)$/.test(path)) return isDeepStrictEqual(own, whole);
  return Object.entries(own as Table).every(([name, values]) => {
    const wanted = (whole as Table)[name]?.slice(0, values.length - 1) ?? [];
    const isOtherType = typeof values.at(-1) === 'string' && typeof wanted[0] === 'number';
    return isOtherType || isDeepStrictEqual(values.slice(0, -1), wanted);
  });
}
