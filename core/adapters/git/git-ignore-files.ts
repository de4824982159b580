import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { IgnoreFiles } from '../../ports/ignore-files.ts';
import { withoutTokens } from '../node/team-environment.ts';

/** Writes `.gitignore` files as DVC does: `/name`, beside what it names. */
export class GitIgnoreFiles implements IgnoreFiles {
  readonly #root: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(root: string, env: Readonly<Record<string, string | undefined>>) {
    this.#root = root;
    this.#env = withoutTokens(env);
  }

  async ignore(location: string): Promise<void> {
    if ((await this.#checkIgnore(location)) !== 'not-ignored') return;
    const file = path.join(this.#root, path.dirname(location), '.gitignore');
    const text = await readFile(file, 'utf8').catch(() => '');
    const separator = text === '' || text.endsWith('\n') ? '' : '\n';
    await writeFile(file, `${text}${separator}/${path.basename(location)}\n`);
  }

  #checkIgnore(location: string): Promise<'ignored' | 'not-ignored' | 'no-repository'> {
    const options = { cwd: this.#root, env: { ...this.#env } };
    return new Promise((resolve) => {
      execFile('git', ['check-ignore', '--quiet', '--no-index', '--', location], options, (error) => {
        if (error === null) resolve('ignored');
        else resolve(error.code === 1 ? 'not-ignored' : 'no-repository');
      });
    });
  }
}
