import { describe, expect, it } from 'vitest';
import { findCycle, readSources, type SourceFile, stripComments } from './import-graph.ts';

/** One row of the layer table in docs: who it is for, and what these files may import. */
interface Layer {
  readonly name: string;
  readonly folder: RegExp;
  readonly mayImport: RegExp;
  /** Packages and `node:` modules. semver is arithmetic on version numbers: no I/O, no state. */
  readonly mayUse: RegExp;
}

const NOTHING = /^$/;

/** The first that fits a file holds. */
const LAYERS: readonly Layer[] = [
  {
    name: 'core/domain/manifest and core/domain/yaml',
    folder: /^core\/domain\/(?:manifest|yaml)\//,
    mayImport: /^core\/(?:domain\/|errors\.ts$)/,
    mayUse: /^(?:yaml|semver)$/,
  },
  {
    name: 'core/domain/metrics and core/domain/drift',
    folder: /^core\/domain\/(?:metrics|drift)\//,
    mayImport: /^core\/(?:domain\/|errors\.ts$)/,
    mayUse: /^(?:simple-statistics|semver)$/,
  },
  {
    // Windows open by cron expressions in zones: arithmetic on instants, no clock of its own.
    name: 'core/domain/promotion and core/domain/watch',
    folder: /^core\/domain\/(?:promotion|watch)\//,
    mayImport: /^core\/(?:domain\/|errors\.ts$)/,
    mayUse: /^(?:croner|semver)$/,
  },
  {
    name: 'core/domain/text',
    folder: /^core\/domain\/text\//,
    mayImport: /^core\/(?:domain\/|errors\.ts$)/,
    mayUse: /^diff$/,
  },
  {
    // The patterns of .dvcignore: arithmetic on texts.
    name: 'core/domain/data',
    folder: /^core\/domain\/data\//,
    mayImport: /^core\/(?:domain\/|errors\.ts$)/,
    mayUse: /^(?:ignore|semver)$/,
  },
  {
    name: 'core/domain',
    folder: /^core\/domain\//,
    mayImport: /^core\/(?:domain\/|errors\.ts$)/,
    mayUse: /^semver$/,
  },
  {
    name: 'core/reports',
    folder: /^core\/reports\//,
    mayImport: /^core\/(?:reports\/|domain\/|errors\.ts$)/,
    mayUse: /^zod$/,
  },
  {
    name: 'core/render',
    folder: /^core\/render\//,
    mayImport: /^core\/(?:render\/|domain\/|reports\/|errors\.ts$)/,
    // The bot's texts are parsed back: their data blocks by a schema. One plotting library,
    // and the text format of Prometheus.
    mayUse: /^(?:markdown-table|zod|prom-client|echarts(?:\/.*)?)$/,
  },
  {
    name: 'core/config',
    folder: /^core\/config\//,
    mayImport: /^core\/(?:config\/|domain\/|errors\.ts$)/,
    mayUse: /^(?:zod|yaml)$/,
  },
  {
    name: 'core/ports',
    folder: /^core\/ports\//,
    mayImport: /^core\/(?:ports\/|domain\/|reports\/|errors\.ts$)/,
    mayUse: NOTHING,
  },
  {
    name: 'core/usecases',
    folder: /^core\/usecases\//,
    // Another capability's folder is checked below.
    mayImport: /^core\/(?:usecases|async|domain|reports|ports|render|config)\/|^core\/errors\.ts$/,
    mayUse: NOTHING,
  },
  { name: 'core/async', folder: /^core\/async\//, mayImport: NOTHING, mayUse: NOTHING },
  {
    name: 'core/adapters',
    folder: /^core\/adapters\//,
    // Another adapter's folder is checked below.
    mayImport: /^core\/(?:adapters|async|ports|domain|reports)\/|^core\/errors\.ts$/,
    mayUse: /./,
  },
  { name: 'core/errors.ts', folder: /^core\/errors\.ts$/, mayImport: NOTHING, mayUse: NOTHING },
  { name: 'actions', folder: /^actions\//, mayImport: /^(?:core|actions)\//, mayUse: /./ },
  { name: 'bot', folder: /^bot\//, mayImport: /^(?:core|bot)\//, mayUse: /./ },
];

/** By the folder: the folders next to it that its files may import. */
const FOLDERS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'core/usecases': {
    data: [],
    drift: ['evaluate', 'registry'],
    evaluate: ['data', 'registry'],
    image: [],
    plan: ['train'],
    promote: ['propose', 'registry', 'retrain'],
    propose: [],
    record: ['data', 'propose', 'registry', 'train'],
    registry: [],
    retrain: ['propose'],
    review: ['promote', 'registry'],
    setup: [],
    train: ['data', 'registry'],
  },
  'core/adapters': {
    actions: ['files', 'http'],
    aws: ['files', 'http'],
    azure: ['cloud', 'http'],
    cloud: [],
    commands: ['files'],
    duckdb: ['files', 'native'],
    dvc: ['files', 'threads'],
    files: ['http', 'threads'],
    gcs: ['cloud', 'files', 'http'],
    git: ['commands', 'files'],
    github: ['files'],
    gitlab: ['http'],
    http: [],
    native: ['actions', 'commands', 'files'],
    oci: ['files', 'http'],
    onnx: ['files', 'native', 'threads'],
    threads: [],
    warehouse: ['commands', 'http'],
  },
};

const sources = readSources(['core', 'actions', 'bot']);

function violationsOf(file: SourceFile): string[] {
  const layer = LAYERS.find(({ folder }) => folder.test(file.path));
  if (layer === undefined) return [`${file.path} lies in no layer`];
  const imports = file.imports.filter(({ target }) => !layer.mayImport.test(target)).map(({ target }) => target);
  // A type leaves nothing behind at run time, but the domain names no SDK either.
  const packages = file.packages.filter(({ name }) => !layer.mayUse.test(name)).map(({ name }) => name);
  return [...imports, ...packages].map((what) => `${file.path} (${layer.name}) imports ${what}`);
}

function folderOf(path: string, depth: number): string {
  return path.split('/').slice(0, depth).join('/');
}

/** `evaluate` of `core/usecases/evaluate/x.ts`. */
function nameOf(path: string): string {
  return path.split('/')[2] ?? '';
}

describe('the layers', () => {
  it('import only what the table allows', () => {
    expect(sources.flatMap(violationsOf)).toEqual([]);
  });

  it.each(Object.entries(FOLDERS))(
    'let the folders of %s import only the others that the table names',
    (parent, table) => {
      const crossing = sources
        .filter(({ path }) => path.startsWith(`${parent}/`))
        .flatMap(({ path, imports }) =>
          imports
            .filter(({ target }) => target.startsWith(`${parent}/`) && folderOf(target, 3) !== folderOf(path, 3))
            .filter(({ target }) => !table[nameOf(path)]?.includes(nameOf(target)))
            .map(({ target }) => `${path} imports ${target}`),
        );
      expect(crossing).toEqual([]);
    },
  );

  it.each(Object.entries(FOLDERS))(
    'name each folder of %s in the table, and no import that is gone',
    (parent, table) => {
      const found = new Map<string, Set<string>>();
      for (const { path, imports } of sources.filter((source) => source.path.startsWith(`${parent}/`))) {
        const others = found.get(nameOf(path)) ?? new Set();
        for (const { target } of imports) {
          if (target.startsWith(`${parent}/`) && nameOf(target) !== nameOf(path)) others.add(nameOf(target));
        }
        found.set(nameOf(path), others);
      }
      const sorted = [...found].map(([name, others]) => [name, [...others].sort()]);
      expect(Object.fromEntries(sorted)).toEqual(table);
    },
  );

  it('keep actions apart: none imports the folder of another', () => {
    const isAction = (path: string) => /^actions\/[^/]+\//.test(path);
    const crossing = sources
      .filter(({ path }) => isAction(path))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ target }) => isAction(target) && folderOf(target, 2) !== folderOf(path, 2))
          .map(({ target }) => `${path} imports ${target}`),
      );
    expect(crossing).toEqual([]);
  });

  it('have no import cycle', () => {
    expect(findCycle(sources)).toBeUndefined();
  });

  it('read process.env in exactly two files', () => {
    const readers = sources
      .filter(({ text }) => /\bprocess\s*\.\s*env\b|\bprocess\[/.test(text))
      .map(({ path }) => path);
    expect(readers.sort()).toEqual(['actions/run-action.ts', 'bot/config.ts']);
  });

  it('use no process, clock, randomness or console in the domain', () => {
    const impure = /\bprocess\.|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bconsole\.|\bcrypto\.|\bfetch\(/;
    const found = sources.filter(({ path, text }) => path.startsWith('core/domain/') && impure.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it('have no module-level let', () => {
    const found = sources.filter(({ text }) => /^(?:export )?(?:let|var) /m.test(text)).map(({ path }) => path);
    expect(found).toEqual([]);
  });

  it('parse YAML in one place, which has bounds', () => {
    const parsing =
      /\b(?:parseDocument|parseAllDocuments|Composer|Lexer|Parser)\b|\bimport \{[^}]*\bparse\b[^}]*\} from 'yaml'/;
    const found = sources.filter(
      ({ packages, text }) => packages.some(({ name }) => name === 'yaml') && parsing.test(text),
    );
    expect(found.map(({ path }) => path).filter((path) => !path.startsWith('core/domain/yaml/'))).toEqual([]);
  });

  it('load heavy packages only where they are used', () => {
    const heavy =
      /^(?:@aws-sdk\/|@azure\/|@google-cloud\/|google-auth-library|@duckdb\/|onnxruntime-node|@actions\/artifact|@actions\/cache)/;
    const eager = sources.flatMap(({ path, packages }) =>
      packages
        .filter((one) => heavy.test(one.name) && !one.isLazy && !one.isType && !path.endsWith('-sdk.ts'))
        .map(({ name }) => `${path} imports ${name}`),
    );
    expect(eager).toEqual([]);
  });

  it('have no barrel file: no file only hands on what others export', () => {
    const barrels = sources.filter(({ text }) => {
      const statements = text
        .split(';')
        .map((one) => one.trim())
        .filter(Boolean);
      return statements.length > 0 && statements.every((one) => /^export\s[^=]*\sfrom\s/.test(one));
    });
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });
});

describe('readSources', () => {
  it('sees static, type, side-effect and lazy imports', () => {
    const self = readSources(['test/contracts']).find(({ path }) => path.endsWith('layers.test.ts'));
    expect(self?.imports.map(({ target }) => target)).toContain('test/contracts/import-graph.ts');
    expect(self?.packages.map(({ name }) => name)).toContain('vitest');
  });

  it('leaves comments out and strings in', () => {
    expect(stripComments("a // process.env\n'// kept' /* b */c")).toBe("a               \n'// kept'        c");
  });

  it('finds a cycle', () => {
    const file = (path: string, target: string): SourceFile => ({
      path,
      text: '',
      packages: [],
      imports: [{ target, isLazy: false, isType: false }],
    });
    expect(findCycle([file('a.ts', 'b.ts'), file('b.ts', 'c.ts'), file('c.ts', 'b.ts')])).toEqual([
      'b.ts',
      'c.ts',
      'b.ts',
    ]);
  });
});
