import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PlainMap, PlainValue } from '../../domain/data/plain-value.ts';
import { formatLock } from '../../domain/train/lock-text.ts';
import type { ParameterOverride } from '../../domain/train/parameters.ts';
import { UserError } from '../../errors.ts';
import type { PlainFiles } from '../../ports/data/plain-files.ts';
import { decodeText } from '../files/decode-text.ts';
import { errorCode } from '../files/error-code.ts';
import { parsePlain } from './parse-plain.ts';
import { setParameters } from './set-parameters.ts';

/** The structured files of a folder. */
export class PlainFileFolder implements PlainFiles {
  readonly #root: string;

  /** @param root Absolute. */
  constructor(root: string) {
    this.#root = root;
  }

  async read(file: string): Promise<PlainValue | undefined> {
    const text = await this.#text(file);
    return text === undefined ? undefined : parsePlain(text, file);
  }

  async set(file: string, overrides: readonly ParameterOverride[]): Promise<void> {
    const text = await this.#text(file);
    if (text === undefined) {
      throw new UserError('DATA_NOT_FOUND', `the parameters file ${file} does not exist`, {
        fix: 'Correct train.params, or name the file in set: file.yaml:key=value.',
      });
    }
    await this.#replace(file, await setParameters(text, file, overrides));
  }

  async writeLock(file: string, stages: PlainMap): Promise<void> {
    await this.#replace(file, formatLock(stages));
  }

  async #replace(file: string, text: string): Promise<void> {
    const absolute = path.join(this.#root, file);
    const temporary = `${absolute}.${randomUUID()}.tmp`;
    try {
      await writeFile(temporary, text);
      await rename(temporary, absolute);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #text(file: string): Promise<string | undefined> {
    const bytes = await readFile(path.join(this.#root, file)).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    return bytes === undefined ? undefined : decodeText(bytes, file);
  }
}
