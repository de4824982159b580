import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unlessAbsent } from '../files/absent.ts';
import { askGit, type GitPlace } from './ask-git.ts';

/** Writes `.gitignore` files as DVC does: `/name`, next to what it names. */
export class GitIgnoreFiles {
  readonly #place: GitPlace;

  constructor(root: string, env: GitPlace['env']) {
    this.#place = { directory: root, env };
  }

  async ignore(location: string): Promise<void> {
    // 1: no rule ignores it.
    const asked = await askGit(this.#place, ['check-ignore', '--quiet', '--no-index', '--', location], [1]);
    if (asked?.code !== 1) return;
    const file = path.join(this.#place.directory, path.dirname(location), '.gitignore');
    const text = (await readFile(file, 'utf8').catch(unlessAbsent)) ?? '';
    const separator = text === '' || text.endsWith('\n') ? '' : '\n';
    await writeFile(file, `${text}${separator}/${path.basename(location)}\n`);
  }
}
