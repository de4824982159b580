import type { EnvironmentManager } from './environment-facts.ts';
import type { PythonFile, PythonNode } from './python/python-file.ts';

/** The program that trains, and how it is started. */
export interface TrainingProgram {
  /** Relative to the repository; undefined where the command does not name a Python file of it. */
  readonly file: string | undefined;
  /** A shell command at the root of the repository. */
  readonly command: string;
  /** The folder that it runs in, relative; '' at the root. */
  readonly folder: string;
  /** The file that has the command; undefined: it follows from the name of the program. */
  readonly from: string | undefined;
}

/** A text of the repository that may have the command. */
export interface CommandText {
  readonly path: string;
  readonly text: string;
}

const COMMAND =
  /(?:^|[\s`"'$:@&;|([])((?:(?:uv|poetry|pdm|pixi) run )?python3?(?: -[uBOI]+)? (?:-m [\w.]*\w|[\w./-]+\.py)(?:[ \t]+[\w./=:,@%+-]+)*)/g;
const TRAINS = /train|fit/i;
/** Names of programs that train, likeliest first. */
const PROGRAMS = [
  /(?:^|\/)train\.py$/,
  /(?:^|\/)train_model\.py$/,
  /(?:^|\/)training\.py$/,
  /(?:^|\/)main\.py$/,
  /(?:^|\/)pipeline\.py$/,
  /(?:^|\/)\w*train\w*\.py$/,
  /(?:^|\/)run\.py$/,
  /(?:^|\/)model\.py$/,
];
const NOT_PROGRAMS = /(?:^|\/)(?:tests?|docs?|examples?|notebooks?|\.venv|venv)\/|(?:^|\/)(?:test_|conftest)/;

/**
 * The program that trains: a command that the repository's own texts have, else a file that is called like one.
 *
 * @param reaches The files that a program leads to through its imports, itself included.
 * @param writers Files that write a model.
 */
export function findTrainingProgram(
  files: readonly PythonFile[],
  texts: readonly CommandText[],
  {
    reaches,
    writers,
    manager,
    folder,
  }: {
    readonly reaches: (path: string) => readonly string[];
    readonly writers: readonly string[];
    readonly manager: EnvironmentManager;
    readonly folder: string;
  },
): TrainingProgram | undefined {
  const writes = (path: string) => reaches(path).some((one) => writers.includes(one));
  const named = texts.flatMap(({ path, text }) =>
    commandsIn(text, files, folder).map((one) => ({ ...one, from: path })),
  );
  const inFolder = (file: string) => folder === '' || file.startsWith(`${folder}/`);
  const likely = named
    .filter(
      (one) =>
        one.file !== undefined &&
        inFolder(one.file) &&
        (writes(one.file) || (writers.length === 0 && TRAINS.test(one.command))),
    )
    .sort((a, b) => Number(TRAINS.test(b.command)) - Number(TRAINS.test(a.command)));
  const [first] = likely;
  if (first !== undefined) return { ...first, command: started(first.command, manager) };
  const programs = files
    .map(({ path }) => path)
    .filter((path) => !NOT_PROGRAMS.test(path) && inFolder(path) && isProgram(path, files));
  const ordered = PROGRAMS.flatMap((pattern) =>
    programs.filter((path) => pattern.test(path)).sort((a, b) => a.split('/').length - b.split('/').length),
  );
  const file =
    ordered.find(writes) ??
    [...programs].sort(byDepth).find((path) => writers.includes(path)) ??
    (writers.length === 0 ? ordered.find((path) => TRAINS.test(path)) : undefined);
  if (file === undefined) return undefined;
  return {
    file,
    command: started(commandOf(file, files, folder), manager),
    folder: folderOf(file, files, folder),
    from: undefined,
  };
}

function byDepth(a: string, b: string): number {
  return a.split('/').length - b.split('/').length || (a < b ? -1 : 1);
}

/** Something is done when it is started: a call that is in no function and no class. */
function isProgram(path: string, files: readonly PythonFile[]): boolean {
  const file = files.find((one) => one.path === path);
  return file?.hasMain === true || file?.calls.some(({ node }) => isOfProgram(node)) === true;
}

function isOfProgram(node: PythonNode): boolean {
  if (node.parent?.name !== 'ExpressionStatement') return false;
  for (let at = node.parent.parent; at !== null; at = at.parent)
    if (at.name === 'FunctionDefinition' || at.name === 'ClassDefinition') return false;
  return true;
}

/** The folder in which a program runs: that of its model, if it has one. */
function folderOf(file: string, files: readonly PythonFile[], folder: string): string {
  return folder !== '' && file.startsWith(`${folder}/`) && !readsFromRoot(file, files, folder) ? folder : '';
}

/** Paths of the program begin with the folder, so that it is started at the root. */
function readsFromRoot(file: string, files: readonly PythonFile[], folder: string): boolean {
  const text = files.find(({ path }) => path === file)?.text ?? '';
  return text.includes(`"${folder}/`) || text.includes(`'${folder}/`);
}

function commandOf(file: string, files: readonly PythonFile[], folder: string): string {
  const inside = folderOf(file, files, folder);
  const path = inside === '' ? file : file.slice(inside.length + 1);
  const one = files.find((each) => each.path === file);
  const isModule = path
    .slice(0, -'.py'.length)
    .split('/')
    .every((part) => /^[A-Za-z_]\w*$/.test(part));
  const isPackage =
    path.includes('/') && files.some((each) => each.path === `${file.slice(0, file.lastIndexOf('/'))}/__init__.py`);
  const top = path.split('/')[0] ?? '';
  const importsOwn = [...(one?.imports.values() ?? [])].some(
    (name) => name.startsWith('.') || name.split('.')[0] === top,
  );
  const call =
    isPackage && importsOwn && isModule
      ? `python -m ${path.slice(0, -'.py'.length).replaceAll('/', '.')}`
      : `python ${path}`;
  return inside === '' ? call : `cd ${inside} && ${call}`;
}

/** Managers whose `run` starts a program with the packages; the workflows install them. */
const RUNNING_MANAGERS: readonly EnvironmentManager[] = ['uv', 'poetry', 'pdm', 'pixi'];

/** The manager that starts a program of a command; undefined where none does. */
export function runningManager(command: string): EnvironmentManager | undefined {
  return RUNNING_MANAGERS.find((manager) => new RegExp(`\\b${manager} run\\b`).test(command));
}

/** The same command with the packages of the manager. */
export function started(command: string, manager: EnvironmentManager): string {
  if (!RUNNING_MANAGERS.includes(manager) || runningManager(command) !== undefined) return command;
  return command.replace(/(^|&& )python3?\b/, `$1${manager} run python`);
}

function commandsIn(text: string, files: readonly PythonFile[], folder: string): Omit<TrainingProgram, 'from'>[] {
  return [...text.matchAll(COMMAND)].flatMap((match) => {
    const command = (match[1] ?? '')
      .trim()
      .replace(/[.,:]$/, '')
      .replace(/\bpython3\b/, 'python');
    const file = programOf(command, files, folder);
    return file === undefined
      ? []
      : [
          {
            command: file.inside === '' ? command : `cd ${file.inside} && ${command}`,
            file: file.path,
            folder: file.inside,
          },
        ];
  });
}

function programOf(command: string, files: readonly PythonFile[], folder: string) {
  const module = /-m ([\w.]+)/.exec(command)?.[1]?.replaceAll('.', '/');
  const script = /([\w./-]+\.py)\b/.exec(command)?.[1]?.replace(/^\.\//, '');
  const wanted = module === undefined ? [script] : [`${module}.py`, `${module}/__main__.py`, `src/${module}.py`];
  for (const path of wanted) {
    if (path === undefined) continue;
    if (files.some((one) => one.path === path)) return { path, inside: '' };
    if (folder !== '' && files.some((one) => one.path === `${folder}/${path}`))
      return { path: `${folder}/${path}`, inside: folder };
  }
  return undefined;
}
