import type { PlainValue } from '../../domain/data/plain-value.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import type { CommitFiles } from '../../ports/train/commit-files.ts';
import type { RunSource } from './run-source.ts';

/** Reads a YAML, JSON or TOML text by the ending of its name. */
export type ParsePlain = (text: string, file: string) => Promise<PlainValue>;

/** Inputs of a run, from a commit: no byte of the data is needed for that. */
export class CommitRunSource implements RunSource {
  readonly isWhole = false;
  readonly #commit: CommitFiles;
  readonly #parse: ParsePlain;

  constructor(commit: CommitFiles, parse: ParsePlain) {
    this.#commit = commit;
    this.#parse = parse;
  }

  gitFiles(): Promise<readonly string[]> {
    return this.#commit.files();
  }

  digests(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#commit.digests(files);
  }

  async objectName({ md5 }: TrackedOutput): Promise<string | undefined> {
    return md5;
  }

  async otherDigest(path: string): Promise<string> {
    throw new RangeError(`a commit does not have ${path}`);
  }

  async read(file: string): Promise<PlainValue | undefined> {
    const text = await this.#commit.text(file);
    return text === undefined ? undefined : this.#parse(text, file);
  }
}
