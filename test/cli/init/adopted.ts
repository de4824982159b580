import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adopt } from '../../../cli/init/adopt-repository.ts';
import { parseInitOptions } from '../../../cli/init/init-options.ts';
import { parseConfig } from '../../../core/config/parse-config.ts';
import type { ModelConfig } from '../../../core/config/tidegate-config.ts';
import { runGit } from '../../../testkit/git-client.ts';

/** What init did in a repository. */
export interface AdoptedByInit {
  readonly exitCode: number;
  readonly output: string;
  readonly models: Readonly<Record<string, ModelConfig>>;
  /** The text of a file afterwards; undefined where there is none. */
  read(file: string): Promise<string | undefined>;
  /** Writes a file, as the team does between two runs. */
  write(file: string, text: string): Promise<void>;
  /** Runs init in the same repository again. */
  again(...options: readonly string[]): Promise<AdoptedByInit>;
}

const folders: string[] = [];

/** Removes all repositories. */
export async function removeRepositories(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** A Git repository with these files, with a commit and maybe tags, in which init was run; nothing is trained unless asked for. */
export async function initIn(
  files: Readonly<Record<string, string>>,
  options: readonly string[] = [],
  {
    tags = [],
    folder = '',
    origin,
    env = {},
    judges = false,
  }: {
    readonly tags?: readonly string[];
    readonly folder?: string;
    readonly origin?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly judges?: boolean;
  } = {},
): Promise<AdoptedByInit> {
  const parent = await mkdtemp(path.join(tmpdir(), 'adopted-'));
  folders.push(parent);
  const repository = path.join(parent, 'team');
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(repository, file)), { recursive: true });
    await writeFile(path.join(repository, file), text);
  }
  await runGit(repository, ['init', '--quiet', '--initial-branch=main']);
  await runGit(repository, ['add', '--all']);
  await runGit(repository, ['commit', '--quiet', '-m', 'all']);
  for (const tag of tags) await runGit(repository, ['tag', tag]);
  if (origin !== undefined) await runGit(repository, ['remote', 'add', 'origin', origin]);
  const store = options.includes('--store') ? [] : ['--store', 's3://models/team'];
  const judging = judges ? [] : ['--no-judge'];
  return run(repository, folder, { options: [...judging, ...store, ...options], env });
}

async function run(
  repository: string,
  folder: string,
  { options, env }: { readonly options: readonly string[]; readonly env: Readonly<Record<string, string>> },
): Promise<AdoptedByInit> {
  const lines: string[] = [];
  const given = parseInitOptions([path.join(repository, folder), ...options]);
  const exitCode = await adopt(given, { env, print: (text) => lines.push(text) });
  const read = (file: string) => readFile(path.join(repository, file), 'utf8').catch(() => undefined);
  const text = await read('tidegate.yaml');
  return {
    exitCode,
    output: lines.join('\n'),
    models: text === undefined ? {} : parseConfig(text).config.models,
    read,
    write: (file, written) => writeFile(path.join(repository, file), written),
    again: (...more) => run(repository, '', { options: ['--no-judge', ...more], env }),
  };
}
