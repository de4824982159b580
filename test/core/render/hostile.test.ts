import { marked, type Token, type Tokens } from 'marked';
import { describe, expect, it } from 'vitest';
import { lastLines } from '../../../core/domain/text/job-log.ts';
import { renderEvaluationComment, renderUnreadableComment } from '../../../core/render/comment.ts';
import { renderDriftIssue, renderDriftSummary } from '../../../core/render/drift/drift.ts';
import { renderWatch } from '../../../core/render/drift/watch.ts';
import { renderEvaluationSummary } from '../../../core/render/evaluation/evaluation.ts';
import { renderFailedRunComment } from '../../../core/render/failed-run.ts';
import { renderFirstConfig } from '../../../core/render/first-config.ts';
import { renderBlocked } from '../../../core/render/promotion/blocked.ts';
import { renderReply } from '../../../core/render/promotion/command-reply.ts';
import { renderDeployment } from '../../../core/render/promotion/deployment.ts';
import { renderHold } from '../../../core/render/promotion/hold.ts';
import { renderPromotion } from '../../../core/render/promotion/promotion.ts';
import { renderRetrain } from '../../../core/render/promotion/retrain.ts';
import { renderRollback } from '../../../core/render/promotion/rollback.ts';
import { renderRebaseline } from '../../../core/render/rebaseline.ts';
import { renderRegistration } from '../../../core/render/registration.ts';
import { renderRun } from '../../../core/render/run-summary.ts';
import { type ReportKind, type ReportOf, reportSchemas } from '../../../core/reports/read-report.ts';
import { type VersionTagLine, versionTagLineSchema } from '../../../core/reports/version-tag-line.ts';
import { digestOf, SAMPLE_REPORTS, SAMPLE_TAG_LINE } from '../reports/sample-reports.ts';

const HOSTILE: Readonly<Record<string, string>> = {
  html: '<img src=x onerror=alert(1)></summary></details><script>alert(1)</script>',
  mentions: '@octocat, @acme/team, octo/repo#3, #12, GH-12, closes #1',
  tables: 'a | b | c |\n| - | - |\n| d |',
  links:
    '[x](https://evil.example) ![y](//evil.example/y.png) <https://evil.example> https://evil.example www.evil.example',
  reference: '[x][y]\n\n[y]: https://evil.example "t"',
  code: '`code` ``two`` ```\nfence\n``` ````\nfour\n````',
  fences: '\n````\n# out of the fence\n~~~\n<b>x</b>\n',
  mermaid: '"]\n```\n<b>x</b>\nclick A "https://evil.example"\n%%{init: {}}%%',
  commands: '\n::error::x\n::add-mask::y\n##[group]z',
  bidi: '\u202Etxt.exe\u202C \u2066x\u2069 \u200B\u200F\u0000\u0007\u001b[31m\u2028x\u2029',
  marker: '--> <!-- tidegate:v1 report x --> <!-- tidegate:v1:data e30= -->',
  math: '$\\href{javascript:alert(1)}{x}$ $$x$$',
  headings: '\n# heading\n\n- [ ] task\n> quote\n***\n1. list',
  entities: '&lt;b&gt; &#64;octocat &commat;octocat &#x40;all',
  escapes: '\\<b> \\` \\| \\\\| \\@octocat',
  surrogate: 'x\ud800y',
  long: 'lorem '.repeat(180_000),
};

/** The value with a text in place of each text of it that its schema leaves free. */
function poisoned<T>(value: T, text: string, accepts: (candidate: unknown) => boolean): T {
  const root: unknown = structuredClone(value);
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    // Objects of a clone: each entry may be set by its own key.
    const entries = node as Record<string, unknown>;
    for (const [key, entry] of Object.entries(entries)) {
      if (typeof entry !== 'string') visit(entry);
      else {
        entries[key] = text;
        if (!accepts(root)) entries[key] = text.slice(0, 60);
        if (!accepts(root)) entries[key] = entry;
      }
    }
  };
  visit(root);
  return root as T;
}

function report<Kind extends ReportKind>(kind: Kind, text: string): ReportOf<Kind> {
  const accepts = (candidate: unknown) => reportSchemas[kind].safeParse(candidate).success;
  // A model's name is one of tidegate.yaml: anyone who renders has compared them.
  return { ...poisoned(SAMPLE_REPORTS[kind], text, accepts), model: SAMPLE_REPORTS[kind].model };
}

function evidence(text: string): VersionTagLine {
  return poisoned(SAMPLE_TAG_LINE, text, (candidate) => versionTagLineSchema.safeParse(candidate).success);
}

function promotion(text: string) {
  const version = {
    version: '1.4.0',
    artifactUri: text,
    artifactDigest: digestOf('b'),
    tag: 'flight-delay@v1.4.0',
    commit: 'c'.repeat(40),
    document: evidence(text),
    provenance: { kind: 'history' as const, environment: text, commit: 'c'.repeat(40) },
  };
  const replaces = { ...version, artifactDigest: digestOf('a'), version: '1.3.0' };
  const view = {
    model: 'flight-delay',
    environment: 'production',
    waiting: [{ kind: 'soak' as const, reason: 'soaks upstream', untilMs: 1_795_000_000_000 }],
    earlier: [3],
    warnings: [{ file: text.slice(0, 500), line: 3, message: text, fix: text }],
  };
  return renderPromotion({ ...view, version, replaces, files: [text.slice(0, 500)] });
}

function comment(text: string): readonly string[] {
  const looks = { dataset: digestOf('d'), candidates: [digestOf('a'), digestOf('b')] };
  return renderEvaluationComment({ report: report('evaluation', text), looks, gateChanged: true });
}

function registration(text: string): string {
  const version = report('model-version', text);
  return renderRegistration({ version: '1.4.0', tag: 'm@v1.4.0', created: false, reason: text, report: version });
}

function deployment(text: string): string {
  const edits = [{ file: 'k8s/a.yaml', before: `a: ${text}\nb: 1\n`, after: `a: ${text}\nb: 2\n` }];
  return renderDeployment({ model: 'm', environment: 'e', version: { version: '1.0.0' }, edits });
}

function rollback(text: string) {
  const failed = {
    version: '1.4.0',
    digest: digestOf('b'),
    to: text,
    reason: text,
    files: [text.slice(0, 500)],
    hold: undefined,
    cause: 'signal' as const,
  };
  return renderRollback({ model: 'flight-delay', environment: 'production', ...failed });
}

const RENDERERS: Readonly<Record<string, (text: string) => readonly string[]>> = {
  comment,
  'comment for an unreadable report': (text) => [renderUnreadableComment('flight-delay', text, undefined)],
  'comment for a run that failed': (text) => [
    renderFailedRunComment(
      {
        ...{ model: 'flight-delay', headSha: text, runId: 1, conclusion: text, others: [text] },
        ...{ job: { name: text, step: text }, log: lastLines(`${text}\n##[error]${text}`) },
      },
      undefined,
    ),
  ],
  'comment for the first config': (text) => [
    renderFirstConfig({
      models: [{ name: text, task: 'regression', artifact: text, judgedOn: [text], rules: 1, environments: ['a'] }],
      problems: [{ message: text, fix: text, place: { file: 'tidegate.yaml', line: 3 } }],
    }),
  ],
  'summary of evaluate-and-gate': (text) => [renderEvaluationSummary(report('evaluation', text))],
  'summary of a new baseline': (text) => [
    renderEvaluationSummary({
      ...report('evaluation', text),
      rebaseline: { by: text.slice(0, 100), reason: text.slice(0, 1100), pullRequest: 3 },
    }),
  ],
  'record of a new baseline': (text) => [
    renderRebaseline({ model: text.slice(0, 300), dataset: digestOf('d'), comment: 3 }, { by: text, reason: text }),
  ],
  'summary of train': (text) => [renderRun(report('run', text), true)],
  'summary of register': (text) => [registration(text)],
  'summary of deploy-manifest': (text) => [deployment(text)],
  'summary of drift-check': (text) => [renderDriftSummary(report('drift', text))],
  'drift issue': (text) => {
    const data = { verdict: 'drift' as const, consecutive: 1, checkedAt: '2026-01-01T00:00:00Z' };
    return [renderDriftIssue(report('drift', text), data).body];
  },
  'promotion pull request': (text) => [promotion(text).body],
  'rollback pull request': (text) => [rollback(text).body],
  'issue that holds a version': (text) => {
    const held = { version: '1.4.0', digest: digestOf('b'), reason: text, by: text, cause: 'person' as const };
    return [renderHold({ model: 'flight-delay', environment: 'production', ...held }).body];
  },
  'issue about a pull request that cannot be opened': (text) => [
    renderBlocked({
      ...{ model: 'm', environment: 'e', work: 'promote', version: '1.0.0', message: text, fix: text },
    }).body,
  ],
  'issue about a schedule': (text) => [
    renderWatch({ workflow: 'model-watch.yml', reason: text, lastScheduledAt: undefined, models: [text] }).body,
  ],
  'reply to commands': (text) => [renderReply(text, [{ command: text, lines: [text] }])],
  'retrain pull request': (text) => [
    renderRetrain({ model: 'flight-delay', files: [text.slice(0, 500)], issue: 3, data: 'd'.repeat(40) }).body,
  ],
};

/** The HTML that our own texts have. */
const OWN_HTML =
  /^(<details><summary>[^<>]*<\/summary>|<\/details>|<!-- tidegate:v1(:data [\w+/=]+| [\w %.-]+) -->)\s*$/;
const OWN_MENTIONS = /(?<=\bdata drifted: |Earlier promotions here: )#3/g;

function allTokens(markdown: string): readonly Token[] {
  const found: Token[] = [];
  marked.walkTokens(marked.lexer(markdown, { gfm: true }), (token) => void found.push(token));
  return found;
}

/** Texts as GitHub looks for mentions in them: not in code, after escapes are undone. */
/** Links that we build of numbers and commits, within the repository. */
const OWN_LINK = /^\.\.\/(?:actions\/runs\/\d+|compare\/[0-9a-f]{40}\.{3}[0-9a-f]{40})$/;

function plainText(tokens: readonly Token[]): string {
  return tokens
    .filter((token) => (token.type === 'text' || token.type === 'escape') && !('tokens' in token && token.tokens))
    .map((token) => ('text' in token ? String(token.text) : ''))
    .join('')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function expectInert(markdown: string): void {
  const tokens = allTokens(markdown);
  const html = tokens.filter(({ type }) => type === 'html').flatMap(({ raw }) => raw.trim().split('\n'));
  for (const line of html) expect(line).toMatch(OWN_HTML);
  const leading = tokens.filter(({ type }) => type === 'link' || type === 'image' || type === 'def');
  expect(leading.filter((token) => !('href' in token && OWN_LINK.test(String(token.href))))).toEqual([]);
  expect(plainText(tokens).replace(OWN_MENTIONS, '')).not.toMatch(
    /@[a-z0-9]|(^|[^&\w])#\d|\bGH-\d|https?:\/\/|www\.[a-z]/i,
  );
  for (const table of tokens.filter((token): token is Tokens.Table => token.type === 'table')) {
    for (const row of table.rows) expect(row).toHaveLength(table.header.length);
  }
  const drawn = tokens.filter((token): token is Tokens.Code => token.type === 'code' && token.lang === 'mermaid');
  for (const { text } of drawn) {
    expect(text.replace(/ --> /g, ' ')).toMatch(
      /^xychart-beta\n( {2}(title|x-axis|y-axis|bar|line) [^<>;`%{}\\\n]*(\n|$))+$/,
    );
  }
  // Everything but line ends, and the zero width space that breaks mentions.
  expect(markdown.replace(/[\n\u200b]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
}

describe.each(Object.keys(RENDERERS))('the %s', (name) => {
  const render = RENDERERS[name] ?? (() => []);

  it.each(Object.keys(HOSTILE))('lets nothing active through of %s', (kind) => {
    const plain = render('x')[0] ?? '';
    const parts = render(HOSTILE[kind] ?? '');
    for (const [index, part] of parts.entries()) {
      expectInert(part);
      // What is hidden in our texts is ours.
      expect(part.split('<!--').length).toBeLessThanOrEqual((render('x')[index] ?? '<!--').split('<!--').length);
      expect(part.length).toBeLessThan(65_536);
    }
    const shape = (markdown: string) =>
      allTokens(markdown).filter(({ type }) => /heading|^code$|hr|blockquote/.test(type));
    if (kind !== 'long') expect(shape(parts[0] ?? '')).toHaveLength(shape(plain).length);
  });
});

describe('the commit of a promotion', () => {
  it.each(Object.keys(HOSTILE))('has no line of %s', (kind) => {
    const { title, commitMessage } = promotion(HOSTILE[kind] ?? '');
    expect(title).toBe('Promote flight-delay v1.4.0 to production');
    expect(commitMessage.trim().split('\n')).toHaveLength(6);
  });
});

describe('the commit of a rollback', () => {
  it.each(Object.keys(HOSTILE))('has no line of %s', (kind) => {
    expect(
      rollback(HOSTILE[kind] ?? '')
        .commitMessage.trim()
        .split('\n'),
    ).toHaveLength(5);
  });
});

describe('a report of 20,000 rules on 20,000 slices', () => {
  const sample = SAMPLE_REPORTS.evaluation;
  const slices = Array.from({ length: 20_000 }, (_, at) => ({ column: 'route', value: `r${at}` }));
  const many = (nameOf: (at: number) => string, indexOf: (at: number) => number): ReportOf<'evaluation'> => ({
    ...sample,
    rules: slices.flatMap((slice, at) =>
      sample.rules
        .slice(-1)
        .map((result) => ({ ...result, index: indexOf(at), slice, rule: { ...result.rule, metric: nameOf(at) } })),
    ),
    metrics: slices.flatMap((slice, at) =>
      sample.metrics.slice(0, 1).map((metric) => ({ ...metric, slice, name: nameOf(at) })),
    ),
    comparisons: sample.comparisons.map((comparison) => ({
      ...comparison,
      metrics: slices.flatMap((slice, at) =>
        comparison.metrics.slice(0, 1).map((metric) => ({ ...metric, slice, name: nameOf(at) })),
      ),
    })),
  });

  it.each([
    {
      name: 'of one rule',
      report: many(
        () => 'roc_auc',
        () => 0,
      ),
    },
    {
      name: 'of a rule each',
      report: many(
        () => 'roc_auc',
        (at) => at,
      ),
    },
    {
      name: 'of a metric each',
      report: many(
        (at) => `m${at}`,
        (at) => at,
      ),
    },
  ])('is written $name, with what is left out said', ({ report }) => {
    expect(reportSchemas.evaluation.safeParse(report).success).toBe(true);
    const looks = { dataset: digestOf('d'), candidates: [digestOf('a')] };
    const parts = renderEvaluationComment({ report, looks, gateChanged: false });
    expect(parts.length).toBeLessThanOrEqual(10);
    expect(renderEvaluationSummary(report)).toMatch(/[\d,]+ more (slices|metrics by slice) are in the report\./);
  });
});
