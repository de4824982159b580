import type { EnvironmentFacts } from './environment-facts.ts';

const SETUP_PYTHON = 'actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0';
const SETUP_PIXI = 'prefix-dev/setup-pixi@5185adfbffb4bd703da3010310260805d89ebb11 # v0.9.6';

/** The steps of a workflow's job that set up Python and install what training needs, as lines of its `steps:`. */
export function setupSteps({ manager, file, version }: Omit<EnvironmentFacts, 'versionFrom'>): readonly string[] {
  if (manager === 'conda') return condaSteps(file ?? 'environment.yml');
  if (manager === 'pixi')
    return [
      '      - name: Set up the environment of pixi',
      `        uses: ${SETUP_PIXI}`,
      ...(isLock(file) ? ['        with:', '          frozen: true'] : []),
    ];
  return [
    '      - name: Set up Python',
    `        uses: ${SETUP_PYTHON}`,
    '        with:',
    `          python-version: "${version}"`,
    ...installStep(installLines(manager, file)),
  ];
}

function installLines(manager: EnvironmentFacts['manager'], file: string | undefined): readonly string[] {
  const isLocked = isLock(file);
  if (manager === 'uv') return ['python -m pip install uv', isLocked ? 'uv sync --frozen' : 'uv sync'];
  if (manager === 'poetry') return ['python -m pip install poetry', 'poetry install --no-interaction'];
  if (manager === 'pdm') return ['python -m pip install pdm', isLocked ? 'pdm sync' : 'pdm install'];
  if (file === undefined) return [];
  if (file.endsWith('.txt')) return [`python -m pip install --requirement ${file}`];
  const folder = file.includes('/') ? `./${file.slice(0, file.lastIndexOf('/'))}` : '.';
  return [`python -m pip install ${folder}`];
}

function isLock(file: string | undefined): boolean {
  return file !== undefined && /\.lock$/.test(file);
}

function installStep(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  if (lines.length === 1) return ['      - name: Install what training needs', `        run: ${lines[0]}`];
  return ['      - name: Install what training needs', '        run: |', ...lines.map((line) => `          ${line}`)];
}

/** Hosted runners have Miniconda, at the path that the variable CONDA names. */
function condaSteps(file: string): readonly string[] {
  return [
    '      - name: Set up the environment of conda',
    '        run: |',
    `          "$CONDA/bin/conda" env create --quiet --file ${file} --prefix "$RUNNER_TEMP/conda"`,
    '          echo "$RUNNER_TEMP/conda/bin" >> "$GITHUB_PATH"',
  ];
}
