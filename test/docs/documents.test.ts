import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../core/config/parse-config.ts';
import { parseDataSchema } from '../../core/config/parse-data-schema.ts';
import { DRIFT_EFFECTS } from '../../core/domain/drift/drift-effect-registry.ts';
import { DRIFT_TESTS } from '../../core/domain/drift/drift-test-registry.ts';
import { defaultMetricNames, findMetric, metricNames } from '../../core/domain/metrics/metric-registry.ts';
import { EVALUATION_CHARTS } from '../../core/render/evaluation/chart-registry.ts';
import { drawVerdict, PICTURES } from '../../scripts/draw-verdicts.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

const documents = globSync(['*.md', 'docs/**/*.md', 'actions/*/README.md', 'k8s/**/*.md', 'test/**/README.md'], {
  cwd: PROJECT_ROOT,
}).sort();
const textOf = (document: string) => readFileSync(join(PROJECT_ROOT, document), 'utf8');

/** Code blocks of a language. */
function blocks(document: string, language: string): string[] {
  const found = textOf(document).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
  return [...found].map((block) => block[1] ?? '');
}

/** The anchors that GitHub gives to headings: lower case, without marks, with hyphens for spaces. */
function anchorsOf(document: string): ReadonlySet<string> {
  const prose = textOf(document).replace(/^```.*?^```/gms, '');
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map((heading) => heading[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const MODEL = `version: 1
models:
  flight-delay:
    task: binary-classification
    artifact: model/model.onnx
    data: { label: late, time: date }
    evaluate: { dataset: data/test.parquet, metrics: [roc_auc] }
`;
const GATE = '    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }\n';

/** A file as it is; the version for one that begins with its models; fragments are keys of a model, indented as in the file. */
function whole(block: string): string {
  if (/^version: 1$/m.test(block)) return block;
  if (block.startsWith('models:')) return `version: 1\n${block}`;
  const model = /^ {4}evaluate:/m.test(block) ? MODEL.replace(/^ {4}evaluate:.*\n/m, '') : MODEL;
  return `${model}${/^ {4}gate:/m.test(block) ? '' : GATE}${block}`;
}

/** First line of an example of a data schema. */
const DATA_SCHEMA = '# data/schema.yaml\n';

const configs = documents.flatMap((document) =>
  blocks(document, 'yaml')
    .filter(
      (block) =>
        !block.startsWith(DATA_SCHEMA) &&
        /^(version: 1|models:)$|^ {4}(drift|environments|gate|register):/m.test(block),
    )
    .map((block) => ({ document, first: block.split('\n')[0], text: whole(block) })),
);

describe('documents', () => {
  it.each(documents)('%s links to what is there', (document) => {
    const links = [...textOf(document).matchAll(/\]\((?!https?:|#|mailto:)([^)\s#]+)/g)].map((link) => link[1] ?? '');
    const missing = links.filter((link) => !existsSync(resolve(PROJECT_ROOT, dirname(document), link)));
    expect(missing).toEqual([]);
  });

  it.each(documents)('%s links to headings that exist', (document) => {
    const links = [...textOf(document).matchAll(/\]\((?!https?:)([^)\s#]*)#([^)\s]+)\)/g)];
    const missing = links.filter(([, file = '', anchor = '']) => {
      const target = file === '' ? document : join(dirname(document), file);
      return target.endsWith('.md') && !anchorsOf(target).has(anchor);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });

  it.each(configs)('the example of $document that begins with "$first" is a valid tidegate.yaml', ({ text }) => {
    const [, name] = /^ {2}([\w-]+):$/m.exec(text.replace(/^warehouse:.*\n/m, '')) ?? [];
    expect(Object.keys(parseConfig(text).config.models)).toContain(name);
  });

  const schemas = documents.flatMap((document) =>
    blocks(document, 'yaml')
      .filter((block) => block.startsWith(DATA_SCHEMA))
      .map((text) => ({ document, text })),
  );
  it.each(schemas)('the data schema of $document is a valid one', ({ text }) => {
    expect(Object.keys(parseDataSchema(text, 'data/schema.yaml').columns)).not.toEqual([]);
  });

  it('has examples to look at', () => {
    expect(configs.length).toBeGreaterThan(2);
  });

  const commands = documents.flatMap((document) =>
    blocks(document, 'sh').flatMap((block) =>
      [...block.matchAll(/npm (?:run )?(?!run|ci|install)(\w+)(?: -- ([a-z-]+))?/g)].map((command) => ({
        document,
        script: command[1] ?? '',
        argument: command[2],
      })),
    ),
  );
  it.each(commands)('$document: npm run $script is a script of package.json', ({ script, argument }) => {
    const { scripts } = JSON.parse(textOf('package.json'));
    expect(Object.keys(scripts)).toContain(script);
    if (script === 'bench' && argument !== undefined) {
      expect(existsSync(join(PROJECT_ROOT, 'scripts', 'bench', `${argument}.ts`))).toBe(true);
    }
  });
});

describe('the pictures of verdicts', () => {
  it.each(PICTURES)('$file is as drawn', (picture) => {
    expect(textOf(join('docs', 'images', picture.file))).toBe(drawVerdict(picture));
  });

  it('show what the gate says of such an interval', () => {
    // Pass: lower >= bound; fail: upper < bound; else inconclusive.
    const verdicts = PICTURES.map(({ interval: [lower, upper], bound }) =>
      lower >= bound ? 'pass' : upper < bound ? 'fail' : 'inconclusive',
    );
    expect(PICTURES.map(({ file }) => file)).toEqual(verdicts.map((verdict) => `verdict-${verdict}.svg`));
  });
});

describe('the page of metrics', () => {
  const page = textOf('docs/guide/metrics.md');
  const namesIn = (...headings: readonly string[]) => {
    const parts = page.split(/^## /m).filter((part) => headings.some((heading) => part.startsWith(heading)));
    return parts.flatMap((part) => [...part.matchAll(/^\| `([^`]+)` \|/gm)].map((line) => line[1] ?? ''));
  };

  it.each([
    ['binary-classification', 'Two classes'],
    ['multiclass-classification', 'Several classes'],
    ['regression', 'Numbers'],
  ] as const)('has a line for each metric of %s, and for nothing else', (task, heading) => {
    expect(namesIn(heading, 'The artifact').sort()).toEqual([...metricNames(task)].sort());
    const [, defaults = ''] = page.split(`## ${heading}`)[1]?.match(/Without `evaluate.metrics`: (.*)\./) ?? [];
    expect([...defaults.matchAll(/`(\w+)`/g)].map((name) => name[1])).toEqual(defaultMetricNames(task));
  });

  it('says which way each is better', () => {
    for (const task of ['binary-classification', 'multiclass-classification', 'regression'] as const) {
      for (const name of metricNames(task)) {
        const metric = findMetric(name, task);
        if (metric === undefined) continue;
        const ways = page.match(new RegExp(`^\\| \`${name}\` \\| (higher|lower) \\|`, 'gm')) ?? [];
        const wanted = metric.direction === 'higher-is-better' ? 'higher' : 'lower';
        expect(ways.every((way) => way.includes(wanted)) && ways.length > 0, name).toBe(true);
      }
    }
  });
});

describe('the charts of the page of metrics', () => {
  it('are those of the registry, in its order', () => {
    const [, charts = ''] = textOf('docs/guide/metrics.md').split('## Charts');
    const lines = [...charts.matchAll(/^\| `([\w-]+)` \| (yes|no) \| yes \|/gm)];
    expect(lines.map(([, name, comment]) => ({ name, isInComment: comment === 'yes' }))).toEqual(
      EVALUATION_CHARTS.map(({ name, comment }) => ({ name, isInComment: comment !== null })),
    );
  });
});

describe('the page of drift', () => {
  it('has a line for each drift test, with its columns and its name in SciPy', () => {
    const lines = textOf('docs/guide/drift.md').matchAll(/^\| `([\w-]+)` \| (\w+) \| `([\w() -]+)` \| .* \|$/gm);
    expect([...lines].map(([, name, columns, test]) => ({ name, columns, test }))).toEqual(
      Object.values(DRIFT_TESTS).map(({ name, columns, test }) => ({ name, columns, test })),
    );
  });

  it('has a line for each effect, with its columns and its floor', () => {
    const lines = textOf('docs/guide/drift.md').matchAll(/^\| `([\w-]+)` \| ([\w, ]+) \| [^`|]+ \| ([\d.]+) \|$/gm);
    expect([...lines].map(([, name, columns, floor]) => ({ name, columns, defaultFloor: Number(floor) }))).toEqual(
      Object.values(DRIFT_EFFECTS).map(({ name, columns, defaultFloor }) => ({
        name,
        columns: columns === 'any' ? 'any' : columns.join(', '),
        defaultFloor,
      })),
    );
  });
});

describe('the page of dependencies', () => {
  it('has a line for each runtime dependency, and for nothing else', () => {
    const { dependencies } = JSON.parse(textOf('package.json'));
    const page = textOf('docs/decisions/dependencies.md');
    const named = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((line) => line[1] ?? '');
    expect(named.sort()).toEqual(Object.keys(dependencies).sort());
  });
});
