/** The packages of a repository's Python code, and the commands for them. */
export interface PythonEnvironment {
  /** The file that says what is installed. */
  readonly lockFile: string;
  /** Starts Python with these packages where they are installed already. */
  readonly python: string;
  /** Installs exactly these packages below the folder. */
  readonly install: string;
  /** Folder of the programs that `install` brings, relative to the folder. */
  readonly programs: string;
}

const VENV = '.tidegate-venv';

/** In the order in which a repository is asked: a lock file says more than a list of requirements. */
const ENVIRONMENTS: readonly PythonEnvironment[] = [
  { lockFile: 'uv.lock', python: 'uv run python', install: 'uv sync --frozen', programs: '.venv/bin' },
  {
    lockFile: 'poetry.lock',
    python: 'poetry run python',
    install: 'POETRY_VIRTUALENVS_IN_PROJECT=true poetry install --no-interaction',
    programs: '.venv/bin',
  },
  {
    lockFile: 'pdm.lock',
    python: 'pdm run python',
    install: 'pdm sync',
    programs: '.venv/bin',
  },
  {
    lockFile: 'pixi.lock',
    python: 'pixi run python',
    install: 'pixi install --frozen',
    programs: '.pixi/envs/default/bin',
  },
  {
    lockFile: 'requirements.txt',
    python: 'python',
    install: `python -m venv ${VENV} && ${VENV}/bin/python -m pip install --quiet --requirement requirements.txt`,
    programs: `${VENV}/bin`,
  },
];

/** The environment that a folder's files describe; undefined where none of them is known. */
export function pythonEnvironmentOf(files: readonly string[]): PythonEnvironment | undefined {
  return ENVIRONMENTS.find(({ lockFile }) => files.includes(lockFile));
}
