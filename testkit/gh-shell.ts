import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningGitHub } from './github/github-options.ts';
import { hostEnvironment } from './host-environment.ts';
import { type ProcessResult, runProgram } from './run-program.ts';

const PROGRAM = fileURLToPath(new URL('gh.ts', import.meta.url));

/** A shell whose `gh` speaks to the forge, as someone in a clone of a repository. */
export class GhShell {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#env = env;
  }

  /** @param token Of the person who types. */
  static async open(
    folder: string,
    { github, token, repository }: { github: RunningGitHub; token: string; repository: string },
  ): Promise<GhShell> {
    await mkdir(folder, { recursive: true });
    const gh = join(folder, 'gh');
    await writeFile(gh, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
    await chmod(gh, 0o755);
    const { PATH } = hostEnvironment();
    const env = { PATH: `${folder}:${PATH}`, GH_API_URL: github.apiUrl, GH_TOKEN: token, GH_REPO: repository };
    return new GhShell(folder, env);
  }

  /** Runs commands as they would be pasted; the first that fails ends it. */
  run(commands: string): Promise<ProcessResult> {
    return runProgram('bash', ['-euo', 'pipefail', '-c', commands], { cwd: this.#folder, env: this.#env });
  }
}
