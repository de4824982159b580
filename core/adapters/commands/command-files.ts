import { constants } from 'node:fs';
import { lstat, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unlessAbsent } from '../files/absent.ts';

/** The files of workflow commands: what a step writes there speaks for it, and for the steps after it. */
const NAMES = ['GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const;
type Name = (typeof NAMES)[number];

/** Content of the files that a command was given to write. */
export interface CommandWords {
  /** Markdown; '' for none. */
  readonly summary: string;
  /** The other files that it wrote to, by the names of their variables. */
  readonly others: readonly Name[];
}

/** Files of workflow commands for one command of the team's code. */
export interface CommandFiles {
  /** The variables that name them. */
  readonly variables: Readonly<Record<Name, string>>;
  /** @param mostSummaryBytes Where the summary is cut. */
  read(mostSummaryBytes: number): Promise<CommandWords>;
  remove(): Promise<void>;
}

/** Makes empty files in a fresh folder that only this user can read. */
export async function createCommandFiles(parent: string): Promise<CommandFiles> {
  const folder = await mkdtemp(path.join(parent, 'tidegate-command-'));
  const fileOf = (name: Name) => path.join(folder, name.toLowerCase());
  for (const name of NAMES) await writeFile(fileOf(name), '');
  return {
    variables: {
      GITHUB_ENV: fileOf('GITHUB_ENV'),
      GITHUB_PATH: fileOf('GITHUB_PATH'),
      GITHUB_OUTPUT: fileOf('GITHUB_OUTPUT'),
      GITHUB_STATE: fileOf('GITHUB_STATE'),
      GITHUB_STEP_SUMMARY: fileOf('GITHUB_STEP_SUMMARY'),
    },
    read: async (mostSummaryBytes) => {
      const others: Name[] = [];
      for (const name of NAMES) {
        if (name !== 'GITHUB_STEP_SUMMARY' && (await sizeOf(fileOf(name))) !== 0) others.push(name);
      }
      return { summary: await readStart(fileOf('GITHUB_STEP_SUMMARY'), mostSummaryBytes), others };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Bytes; 0 for a file that was removed. */
async function sizeOf(file: string): Promise<number> {
  return (await lstat(file).catch(unlessAbsent))?.size ?? 0;
}

/** The start of a file; '' where it was removed, or replaced by something that is not a file. */
async function readStart(file: string, most: number): Promise<string> {
  // A link could lead to a file of the job; a pipe would never end.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const opened = await open(file, flags).catch(() => undefined);
  if (opened === undefined) return '';
  try {
    if (!(await opened.stat()).isFile()) return '';
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(most), 0, most, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await opened.close();
  }
}

/** The runner's own files of a step, as they are now. */
export interface StepFiles {
  /**
   * Puts the bytes back that the files had.
   *
   * @returns The variables of the files that had changed.
   */
  restore(): Promise<readonly string[]>;
}

/**
 * Remembers the runner's files of workflow commands of this step: a command of the team's code knows where they are
 * without being told (they are in RUNNER_TEMP).
 *
 * @param env The whole environment of the step; files that it does not name are left alone.
 */
export async function rememberStepFiles(env: Readonly<Record<string, string | undefined>>): Promise<StepFiles> {
  const files: { name: Name; file: string; bytes: Buffer }[] = [];
  for (const name of NAMES) {
    const file = env[name];
    const found = file ? await readFile(file).catch(unlessAbsent) : undefined;
    if (file && found !== undefined) files.push({ name, file, bytes: found });
  }
  return {
    restore: async () => {
      const changed: string[] = [];
      for (const { name, file, bytes } of files) {
        if (await holds(file, bytes)) continue;
        changed.push(name);
        await rm(file, { recursive: true, force: true });
        await writeFile(file, bytes, { flag: 'wx' });
      }
      return changed;
    },
  };
}

/** True if it is a file, no link, with exactly these bytes. */
async function holds(file: string, bytes: Buffer): Promise<boolean> {
  const found = await lstat(file).catch(unlessAbsent);
  if (found?.isFile() !== true || found.size !== bytes.length) return false;
  return bytes.equals(await readFile(file));
}
