import type { Predicting } from './decide-predicting.ts';
import { importedElsewhere, reachedFrom } from './python/reached-files.ts';
import type { RepositoryFacts } from './repository-facts.ts';

/** Code that may read what its text does not name. */
const UNKNOWN = new RegExp(
  [
    String.raw`\b(?:subprocess|importlib|runpy|glob|hydra|boto3|sqlite3|h5py|sqlalchemy|pyodbc|psycopg2?)\b|\b__import__\(|\bsys\.path\b`,
    String.raw`\bos\.(?:system|popen|listdir|walk|scandir)\b|\.(?:rglob|iterdir)\(|\brequests\.|\burllib\b|\bexec\(|\beval\(|\bfetch_\w+\(`,
    String.raw`\bread_(?:sql|pickle|hdf|orc|xml|fwf|sas|spss|stata|gbq|html)|\bload_(?:dataset|from_disk|model|weights|npz|svmlight_file)\(`,
    String.raw`\b(?:torch|OmegaConf|skops\.io)\.load\(|\bfrom_pretrained\(|\b(?:imread|fromfile|memmap|loadmat|ImageFolder|open_dataset)\(|\bspark\b`,
  ].join('|'),
);
const CONFIG = /^(?:params|config)\.(?:ya?ml|json|toml)$/;

/**
 * Inputs of a command: its own code, the tables and configuration files that the code names, and the file of packages.
 *
 * @param known.without Paths that are not inputs: the test set and the model.
 * @returns Undefined where the code may read what it does not name: then everything is an input.
 */
export function trainingDeps(
  { imported, code, environment, program, git, dvc }: RepositoryFacts,
  command: string,
  { without, isThere }: { readonly without: readonly string[]; readonly isThere: (path: string) => boolean },
): readonly string[] | undefined {
  if (program?.file === undefined || !command.endsWith(program.command)) return undefined;
  if (code.unknownReads.length > 0) return undefined;
  const texts = imported.map(({ text }) => text);
  if (texts.length === 0 || texts.some((text) => UNKNOWN.test(text))) return undefined;
  if (importedElsewhere(imported, pythonPaths(git)).length > 0) return undefined;
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
  return [...new Set([...imported.map(({ path }) => path), ...reads, ...configs, ...packages])].filter(
    (path) => path !== undefined,
  );
}

/**
 * Code that scoring reads: its program, and the code of the training, which a pickle may need.
 *
 * @param trained `train.deps`.
 * @returns Undefined where that is not known: then everything is read.
 */
export function predictDeps(
  { python, imported, code, git }: RepositoryFacts,
  { program, files }: Pick<Predicting, 'program' | 'files'>,
  trained: readonly string[] | undefined,
): readonly string[] | undefined {
  if (program === undefined || trained === undefined) return undefined;
  const isWritten = files.some(({ path }) => path === program);
  const sources = [...new Map([...python, ...imported].map((file) => [file.path, file])).values()];
  const reached = isWritten ? [program] : reachedFrom(program, sources);
  const read = sources.filter(({ path }) => reached.includes(path));
  const texts = read.map(({ text }) => text);
  if (reached.length === 0 || (!isWritten && texts.some((text) => UNKNOWN.test(text)))) return undefined;
  if (!isWritten && importedElsewhere(read, pythonPaths(git)).length > 0) return undefined;
  const configs = git.files.filter((file) => CONFIG.test(file) && texts.some((text) => text.includes(file)));
  const known = trained.filter((path) => !code.readPaths.includes(path));
  return [...new Set([...reached, ...known, ...configs])];
}

function pythonPaths({ files }: RepositoryFacts['git']): readonly string[] {
  return files.filter((file) => file.endsWith('.py'));
}
