import type { PlainMap, PlainValue } from '../../core/domain/data/plain-value.ts';
import { TextProblem } from '../../core/domain/data/text-problem.ts';
import type { ParameterOverride } from '../../core/domain/train/parameters.ts';
import { parsePythonJson } from '../../core/domain/train/python-json.ts';
import { setParameter } from '../../core/domain/train/set-parameter.ts';
import { UserError } from '../../core/errors.ts';
import type { PlainFiles } from '../../core/ports/data/plain-files.ts';

/** Structured files in memory. Their texts are JSON, which is YAML too. */
export class InMemoryPlainFiles implements PlainFiles {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #written = new Map<string, PlainValue>();

  /** @param texts By path. */
  constructor(texts: Readonly<Record<string, string>> = {}) {
    this.#texts = new Map(Object.entries(texts));
  }

  async read(path: string): Promise<PlainValue | undefined> {
    const text = this.#texts.get(path);
    const written = this.#written.get(path);
    return written !== undefined || text === undefined ? written : parse(text, path);
  }

  async set(path: string, overrides: readonly ParameterOverride[]): Promise<void> {
    let content = await this.read(path);
    if (content === undefined) throw new UserError('DATA_NOT_FOUND', `there is no ${path}`, { fix: 'Add it.' });
    if (/\.(?:toml|py)$/.test(path)) {
      throw new UserError('DVC_UNSUPPORTED', `set cannot change ${path}`, { fix: 'Use YAML.' });
    }
    for (const { key, value } of overrides) {
      content = setParameter(content, { file: path, key, to: scalarOf(value) });
    }
    this.#written.set(path, content);
  }

  async writeLock(path: string, stages: PlainMap): Promise<void> {
    const lock = [['schema', '2.0'] as const, ['stages', stages] as const];
    this.#written.set(path, new Map<string, PlainValue>(lock));
  }
}

function parse(text: string, file: string): PlainValue {
  if (text === '' && !file.endsWith('.json')) return null;
  try {
    return parsePythonJson(text);
  } catch (cause) {
    if (!(cause instanceof TextProblem)) throw cause;
    throw new UserError('DVC_INVALID', cause.message, { fix: 'Correct the syntax.', place: { file }, cause });
  }
}

/** A plain word is a text in YAML. */
function scalarOf(text: string): PlainValue {
  return /^[A-Za-z]\w*$/.test(text) && !/^(?:true|false|null)$/.test(text) ? text : parse(text, 'set');
}
