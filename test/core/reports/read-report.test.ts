import { describe, expect, it } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { measureJson } from '../../../core/reports/count-json.ts';
import { ACTION_LIMITS, BOT_LIMITS, MAX_REPORT_DEPTH, type ReportLimits } from '../../../core/reports/limits.ts';
import {
  formatReport,
  type ReportKind,
  readReport,
  readUntrustedReport,
  reportSchemas,
} from '../../../core/reports/read-report.ts';
import { formatVersionTagMessage, parseVersionTagMessage } from '../../../core/reports/version-tag-line.ts';
import { digestOf, SAMPLE_REPORTS, SAMPLE_TAG_LINE } from './sample-reports.ts';

const KINDS: readonly ReportKind[] = ['run', 'predictions', 'evaluation', 'profile', 'model-version', 'drift', 'data'];
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (kind: ReportKind) => JSON.stringify(SAMPLE_REPORTS[kind]);

/** Fields that one kind may lack and another one needs. */
const OPTIONAL_IN: Readonly<Partial<Record<ReportKind, readonly string[]>>> = {
  predictions: ['champion'],
  evaluation: ['inputsDigest'],
  'model-version': ['dataset'],
};

function refusal(kind: ReportKind, text: string | Uint8Array): UserError {
  try {
    readReport(kind, typeof text === 'string' ? bytesOf(text) : text, 'x.json');
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`a ${kind} was read: ${String(text).slice(0, 100)}`);
}

describe('an evaluation report of an earlier version', () => {
  it('is read, with the fields that are not written any more', () => {
    const { champion } = SAMPLE_REPORTS.evaluation.comparisons[0] ?? {};
    const rules = SAMPLE_REPORTS.evaluation.rules.map((rule) => ({ ...rule, champion }));
    const old = { ...SAMPLE_REPORTS.evaluation, rules, looks: null, dataValidation: { problems: [] } };
    for (const read of [readReport, readUntrustedReport] as const) {
      expect(read('evaluation', bytesOf(JSON.stringify(old)), 'x.json')).toEqual({
        ...old,
        // The name has another meaning now.
        dataValidation: undefined,
      });
    }
  });
});

describe.each(KINDS)('a %s report', (kind) => {
  it('reads what it formats, and keeps fields that it does not know', () => {
    const report = { ...SAMPLE_REPORTS[kind], later: { field: [1] } };
    expect(readReport(kind, bytesOf(formatReport(kind, report)), 'x.json')).toEqual(report);
  });

  it('is refused when it was cut off anywhere', () => {
    const text = textOf(kind);
    for (let end = 0; end < text.length; end += 97)
      expect(refusal(kind, text.slice(0, end)).code).toBe('REPORT_INVALID');
  });

  it('is refused when another major version wrote it, which the message names', () => {
    const text = textOf(kind).replace(`${kind}/v1`, `${kind}/v2`).replace('"0.1.0"', '"3.2.1"');
    expect(refusal(kind, text)).toMatchObject({
      code: 'REPORT_UNKNOWN_VERSION',
      message: expect.stringContaining('v2 of'),
    });
    expect(refusal(kind, text).message).toContain('Tidegate 3.2.1');
  });

  it.each(KINDS.filter((other) => other !== kind))('is refused where a %s is wanted', (other) => {
    expect(refusal(other, textOf(kind)).code).toBe('REPORT_INVALID');
  });

  it('is refused without any one of its fields, which the message names', () => {
    const optional = new Set([
      'windows',
      'image',
      'signature',
      'championNote',
      'runtime',
      'consecutive',
      'curves',
      'baseGate',
      ...(OPTIONAL_IN[kind] ?? []),
    ]);
    for (const field of Object.keys(SAMPLE_REPORTS[kind]).filter((name) => !optional.has(name))) {
      const { [field]: _, ...rest } = JSON.parse(textOf(kind));
      const { code, problems } = refusal(kind, JSON.stringify(rest));
      expect(code).toBe('REPORT_INVALID');
      expect(problems.map(({ message }) => message).join()).toContain(`: ${field === 'schema' ? 'is no' : field}`);
    }
  });

  it('is refused with a number that JSON cannot hold', () => {
    const number = /:(\d[\d.]*)([,}])/;
    expect(textOf(kind)).toMatch(number);
    for (const bad of ['1e400', '-1e400', '"NaN"', '"Infinity"', '"0.7"', 'true', '[1]']) {
      expect(refusal(kind, textOf(kind).replace(number, `:${bad}$2`)).code).toBe('REPORT_INVALID');
    }
    for (const bad of ['NaN', 'Infinity', '01', '.5', '0x10']) {
      expect(refusal(kind, textOf(kind).replace(number, `:${bad}$2`)).code).toBe('REPORT_INVALID');
    }
  });
});

describe('readReport', () => {
  const READERS: readonly { readonly name: string; readonly limits: ReportLimits; readonly read: typeof readReport }[] =
    [
      { name: 'an action', limits: ACTION_LIMITS, read: readReport },
      { name: 'the bot', limits: BOT_LIMITS, read: readUntrustedReport },
    ];
  it.each(READERS)('refuses for $name what is above its limits before it parses it', ({ limits, read }) => {
    const code = (text: string) => {
      try {
        read('run', bytesOf(text), 'x.json');
      } catch (error) {
        return error instanceof UserError ? error.code : String(error);
      }
      return 'read';
    };
    const run = textOf('run');
    const padded = (bytes: number) => run.padEnd(bytes, ' ');
    expect([code(padded(limits.maxBytes)), code(padded(limits.maxBytes + 1))]).toEqual(['read', 'REPORT_TOO_LARGE']);
    const { marks, depth } = measureJson(bytesOf(run));
    const wide = (count: number) => run.replace('{', `{"later":[${'1,'.repeat(count - 3)}1],`);
    // The field is a colon, a bracket, and a comma behind it.
    const left = limits.maxMarks - marks;
    expect([code(wide(left)), code(wide(left + 1))]).toEqual(['read', 'REPORT_TOO_LARGE']);
    const deep = (levels: number) => run.replace('{', `{"later":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)},`);
    expect(depth).toBeLessThan(MAX_REPORT_DEPTH);
    expect([code(deep(MAX_REPORT_DEPTH)), code(deep(MAX_REPORT_DEPTH + 1))]).toEqual(['read', 'REPORT_TOO_LARGE']);
  });

  it('is read by the bot where it has two slice columns of all values, two champions and rules for all slices', () => {
    const report = largestReport();
    const bytes = bytesOf(formatReport('evaluation', report));
    expect(bytes.length).toBeGreaterThan(BOT_LIMITS.maxBytes / 2);
    expect(readUntrustedReport('evaluation', bytes, 'x.json')).toEqual(report);
  });

  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"tidegate.dev/run/v1"'],
    ['a schema that is no text', '{"schema":{"a":1}}'],
    ['a schema like ours', '{"schema":"tidegate.dev/run/v1x"}'],
    ['two values', '{}{}'],
    ['a byte order mark before nothing', '\uFEFF'],
  ])('refuses %s', (_, text) => expect(refusal('run', text).code).toBe('REPORT_INVALID'));

  it('refuses bytes that are no UTF-8', () => {
    const bytes = bytesOf(textOf('run'));
    bytes[bytes.length - 3] = 0xff;
    expect(refusal('run', bytes).code).toBe('REPORT_INVALID');
  });

  it('refuses what is nested deeper than any report, in fields that it knows and others', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(refusal('run', textOf('run').replace('"depth":3', `"depth":${deep}`)).code).toBe('REPORT_TOO_LARGE');
    expect(refusal('run', textOf('run').replace('"command"', `"later":${deep},"command"`)).code).toBe(
      'REPORT_TOO_LARGE',
    );
  });

  it('takes __proto__ for a word, never for a prototype', () => {
    const proto = '"__proto__":{"polluted":1,"verdict":"pass"}';
    for (const kind of KINDS) {
      const text = textOf(kind).replace('{', `{${proto},`).replaceAll('"depth":3', `${proto},"depth":3`);
      const report = readReport(kind, bytesOf(text), 'x.json');
      expect(Object.getPrototypeOf(report)).toBe(Object.prototype);
      expect('polluted' in report).toBe(false);
    }
    expect('polluted' in {}).toBe(false);
    const withoutVerdict = textOf('drift').replace('"verdict":"drift","consecutive"', '"consecutive"');
    expect(refusal('drift', withoutVerdict.replace('{', `{${proto},`)).code).toBe('REPORT_INVALID');
  });

  it('says where it comes from and shows hostile schemas cut', () => {
    const { message } = refusal('run', JSON.stringify({ schema: 'x'.repeat(10_000) }));
    expect(message.length).toBeLessThan(300);
    expect(message).toContain('x.json');
  });

  it('tells of a document that is wrong everywhere without an endless list', () => {
    const stages = Array.from({ length: 5000 }, () => ({ name: 1 }));
    const { problems } = refusal('run', JSON.stringify({ ...SAMPLE_REPORTS.run, stages }));
    expect(problems.length).toBeGreaterThan(1);
    expect(problems.length).toBeLessThanOrEqual(50);
  });
});

/** As many slices, metrics and champions as a team would look at, each number with all its digits. */
function largestReport() {
  const sample = SAMPLE_REPORTS.evaluation;
  const interval = { lower: 0.6781234567890123, upper: 0.7212345678901234, level: 0.95, method: 'influence functions' };
  const estimate = { value: 0.7001234567890123, interval, designEffect: 1.234567890123456 };
  const slices = Array.from({ length: 400 }, (_, at) => ({ column: 'destination_airport', value: `AIRPORT ${at}` }));
  const places = slices.flatMap((slice) =>
    Array.from({ length: 10 }, (_, at) => ({
      name: `average_precision_${at}`,
      direction: 'higher-is-better' as const,
      rows: 12_345,
      slice,
    })),
  );
  const difference = { ...estimate, pValue: 0.001234567890123, test: 'paired' };
  const comparisons = sample.comparisons.flatMap(({ champion }) =>
    [champion, champion].map((one) => ({
      champion: one,
      metrics: places.map((place) => ({ ...place, champion: estimate, difference })),
    })),
  );
  const rules = sample.rules.slice(1, 2).flatMap((rule) => slices.map((slice) => ({ ...rule, slice })));
  return { ...sample, metrics: places.map((place) => ({ ...place, ...estimate })), comparisons, rules };
}

describe('measureJson', () => {
  it.each([
    ['[]', 1, 1],
    ['{"a":[1,2,{"b":"c"}]}', 7, 3],
    ['"[[[,,,"', 0, 0],
    ['{"a\\"[":"\\\\","b":[]}', 5, 2],
    ['[[],[[]]]', 5, 3],
    ['"ü[€{😀,"', 0, 0],
    ['"cut off [[[', 0, 0],
  ])('counts the marks and the depth of %s', (text, marks, depth) => {
    expect(measureJson(bytesOf(text))).toEqual({ marks, depth });
  });

  it('counts of any JSON what its values are', () => {
    for (const kind of KINDS) {
      const value: unknown = JSON.parse(textOf(kind));
      expect(measureJson(bytesOf(JSON.stringify(value, null, 2)))).toEqual(countOf(value));
    }
  });
});

/** The same numbers from the parsed value. */
function countOf(value: unknown): { marks: number; depth: number } {
  if (typeof value !== 'object' || value === null) return { marks: 0, depth: 0 };
  const inner = Object.values(value).map(countOf);
  const colons = Array.isArray(value) ? 0 : inner.length;
  const commas = Math.max(0, inner.length - 1);
  return {
    marks: 1 + colons + commas + inner.reduce((sum, { marks }) => sum + marks, 0),
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
  };
}

describe('formatReport', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('never writes %d', (value) => {
    expect(() => formatReport('run', { ...SAMPLE_REPORTS.run, metrics: { accuracy: value } })).toThrow(UserError);
  });

  it('has a published schema for each kind', () =>
    expect(Object.keys(reportSchemas).sort()).toEqual([...KINDS].sort()));
});

describe('parseVersionTagMessage', () => {
  const message = formatVersionTagMessage('Registering artifact m version v1.4.0', SAMPLE_TAG_LINE);

  it('reads what formatVersionTagMessage writes', () =>
    expect(parseVersionTagMessage(message)).toEqual(SAMPLE_TAG_LINE));

  it.each([
    ['of GTO alone', 'Registering artifact m version v1.4.0\n'],
    ['of nothing', ''],
    ['cut off', message.slice(0, -20)],
    ['of another schema', message.replace('tag/v1', 'tag/v2')],
    ['too long', message.replace('"runId"', `"x":"${'x'.repeat(33_000)}","runId"`)],
    ['nested too deep', message.replace('"runId"', `"x":${'['.repeat(9000)}${']'.repeat(9000)},"runId"`)],
    ['with a digest that is none', message.replace(digestOf('b'), 'sha256:b')],
  ])('has nothing to say of a message %s', (name, text) => {
    const parsed = parseVersionTagMessage(text);
    if (name !== 'nested too deep') expect(parsed).toBeUndefined();
  });

  it('leaves out comparisons that would not fit, and nothing else', () => {
    const [comparison] = SAMPLE_TAG_LINE.comparisons;
    const comparisons = Array.from({ length: 50 }, () => ({
      ...comparison,
      champion: { ...comparison?.champion, digest: digestOf('a'), environments: ['x'.repeat(2000)] },
      metrics: comparison?.metrics ?? [],
    }));
    const parsed = parseVersionTagMessage(formatVersionTagMessage('line', { ...SAMPLE_TAG_LINE, comparisons }));
    expect(parsed?.comparisons.length).toBeGreaterThan(5);
    expect(parsed?.comparisons.length).toBeLessThan(50);
    expect(parsed?.metrics).toEqual(SAMPLE_TAG_LINE.metrics);
  });
});
