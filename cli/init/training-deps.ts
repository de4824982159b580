import type { Predicting } from './decide-predicting.ts';
import { reachedFrom } from './python/reached-files.ts';
import type { RepositoryFacts } from './repository-facts.ts';

/** Code that may read what its text does not name. */
const UNKNOWN =
  /\bsubprocess\b|\bimportlib\b|\bos\.(?:system|popen|listdir|walk|scandir)\b|\bglob\b|\.rglob\(|\brequests\.|\burllib\b|\bexec\(|\beval\(|\bfetch_\w+\(|\bhydra\b|\bload_dataset\(|\bread_sql|\bboto3\b/;
const CONFIG = /^(?:params|config)\.(?:ya?ml|json|toml)$/;

/**
 * Inputs of a command: its own code, the tables and configuration files that the code names, and the file of packages.
 *
 * @param known.without Paths that are not inputs: the test set and the model.
 * @returns Undefined where the code may read what it does not name: then everything is an input.
 */
export function trainingDeps(
  { reached, code, python, environment, program, git, dvc }: RepositoryFacts,
  command: string,
  { without, isThere }: { readonly without: readonly string[]; readonly isThere: (path: string) => boolean },
): readonly string[] | undefined {
  if (program?.file === undefined || !command.endsWith(program.command)) return undefined;
  if (code.unknownReads.length > 0) return undefined;
  const texts = python.filter(({ path }) => reached.includes(path)).map(({ text }) => text);
  if (texts.length === 0 || texts.some((text) => UNKNOWN.test(text))) return undefined;
  const isTracked = (path: string) =>
    git.files.includes(path) || dvc.outs.some((out) => path === out || path.startsWith(`${out}/`));
  const reads = code.readPaths.filter(
    (path) => !without.includes(path) && !code.writes.includes(path) && !code.models.some((one) => one.path === path),
  );
  if (reads.some((path) => !isTracked(path)) || !code.reads.some((path) => reads.includes(path))) return undefined;
  const configs = git.files.filter((file) => CONFIG.test(file) && texts.some((text) => text.includes(file)));
  const packages = [environment.file, ...git.files.filter((file) => file === 'pyproject.toml')].filter(
    (file) => file !== undefined && isThere(file),
  );
  return [...new Set([...reached, ...reads, ...configs, ...packages])].filter((path) => path !== undefined);
}

/**
 * Code that scoring reads: its program, and the code of the training, which a pickle may need.
 *
 * @param trained `train.deps`.
 * @returns Undefined where that is not known: then everything is read.
 */
export function predictDeps(
  { python, code, git }: RepositoryFacts,
  { program, files }: Pick<Predicting, 'program' | 'files'>,
  trained: readonly string[] | undefined,
): readonly string[] | undefined {
  if (program === undefined || trained === undefined) return undefined;
  const isWritten = files.some(({ path }) => path === program);
  const reached = isWritten ? [program] : reachedFrom(program, python);
  const texts = python.filter(({ path }) => reached.includes(path)).map(({ text }) => text);
  if (reached.length === 0 || (!isWritten && texts.some((text) => UNKNOWN.test(text)))) return undefined;
  const configs = git.files.filter((file) => CONFIG.test(file) && texts.some((text) => text.includes(file)));
  const known = trained.filter((path) => !code.readPaths.includes(path));
  return [...new Set([...reached, ...known, ...configs])];
}
