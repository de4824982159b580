import { isDeepStrictEqual } from 'node:util';
import { parsePlain } from '../../core/adapters/dvc/parse-plain.ts';
import {
  isPlainList,
  isPlainMap,
  PlainOther,
  PlainTuple,
  type PlainValue,
  plainKey,
} from '../../core/domain/data/plain-value.ts';
import { formatPythonFloat } from '../../core/domain/train/python-float.ts';
import { UserError } from '../../core/errors.ts';
import type { Finding } from './finding.ts';
import { makeInputs } from './make-inputs.ts';

interface PythonCase {
  readonly text: string;
  /** Has a random character somewhere, so that it may be no Python. */
  readonly damaged: boolean;
  /** null where DVC stops. */
  readonly read: { readonly value: unknown } | null;
}

/** Random Python files: the parameters that DVC reads, byte for byte, and a refusal where DVC stops. */
export async function fuzzPython(seed: number, count: number): Promise<readonly Finding[]> {
  const made = await makeInputs<PythonCase>('fuzz_python', {
    environment: 'demo',
    args: [String(seed), String(count)],
  });
  await made.remove();
  const findings: Finding[] = [];
  for (const { text, damaged, read } of made.cases) {
    const own = await readHere(text);
    if (!isFine(own, read, damaged)) findings.push({ seed, input: text, own, peer: read });
  }
  return findings;
}

type Reading = { readonly value: unknown } | { readonly refusal: string };

function isFine(own: Reading, peer: PythonCase['read'], isDamaged: boolean): boolean {
  // Python looks for what cannot be a key only up to the first item that is not a literal.
  if ('refusal' in own) return peer === null || own.refusal.includes('is a key, or within a set');
  // What is not Python, and is not seen to be none, has no program that runs with it.
  return isDeepStrictEqual(own, peer) || (isDamaged && peer === null);
}

async function readHere(text: string): Promise<Reading> {
  try {
    return { value: shown(await parsePlain(text, 'p.py')) };
  } catch (error) {
    if (error instanceof UserError) return { refusal: error.message };
    throw error;
  }
}

function shown(value: PlainValue): unknown {
  if (value instanceof PlainOther) return { other: true };
  if (value instanceof PlainTuple) return { tuple: Array.from(value, shown) };
  if (isPlainList(value)) return value.map(shown);
  if (isPlainMap(value))
    return { map: [...value].map(([text, entry]) => [keyOf(plainKey(value, text), text), shown(entry)]) };
  if (typeof value === 'bigint') return { number: String(value) };
  return typeof value === 'number' ? { number: formatPythonFloat(value) } : value;
}

function keyOf(key: PlainValue, text: string): unknown {
  return typeof key === 'string' ? key : { key: text };
}
