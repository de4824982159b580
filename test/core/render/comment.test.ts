import { describe, expect, it } from 'vitest';
import { countLook, parseCommentData, renderEvaluationComment } from '../../../core/render/comment.ts';
import { formatDataBlock, formatMarker, hasMarker, parseDataBlock } from '../../../core/render/text/marker.ts';
import { splitParts } from '../../../core/render/text/split-parts.ts';
import { digestOf, SAMPLE_REPORTS } from '../reports/sample-reports.ts';

const report = SAMPLE_REPORTS.evaluation;

/** A report with as many rules as asked for, each with a reason of its own. */
function withRules(count: number) {
  const [rule] = report.rules;
  if (rule === undefined) throw new Error('the sample has no rule');
  const rules = Array.from({ length: count }, (_, index) => ({
    ...rule,
    index,
    rule: { ...rule.rule, metric: `metric_${index}_${'x'.repeat(200)}` },
  }));
  return { ...report, rules };
}

describe('renderEvaluationComment', () => {
  const looks = countLook(undefined, report);

  it('is one part for a report of ordinary size, with its marker and data', () => {
    const [body, ...more] = renderEvaluationComment({ report, looks, gateChanged: false });
    expect(more).toEqual([]);
    expect(hasMarker(body, formatMarker('report', 'flight-delay'))).toBe(true);
    expect(parseCommentData(body)).toEqual(looks);
  });

  it('has numbered parts above the limit of GitHub, worst first, each found by the marker', () => {
    const parts = renderEvaluationComment({ report: withRules(600), looks, gateChanged: false });
    expect(parts.length).toBeGreaterThan(2);
    for (const [index, part] of parts.entries()) {
      expect(part.length).toBeLessThanOrEqual(65_536);
      expect(hasMarker(part, formatMarker('report', 'flight-delay'))).toBe(true);
      expect(part).toContain(`Part ${index + 1} of ${parts.length}.`);
    }
    const all = parts.join('');
    for (let index = 0; index < 600; index++) expect(all).toContain(`metric\\_${index}\\_`);
    expect(parseCommentData(parts[0])).toEqual(looks);
  });

  it('does not flood a pull request, and says what it left out', () => {
    const parts = renderEvaluationComment({ report: withRules(4000), looks, gateChanged: false });
    expect(parts).toHaveLength(10);
    expect(parts[9]).toMatch(/not shown here: the workflow artifact/);
  });

  it('marks a champion that is older than the configuration allows, and shows what it was trained with', () => {
    const [comparison] = report.comparisons;
    if (comparison === undefined) throw new Error('the sample has no comparison');
    const champion = { version: '1.3.0', digest: digestOf('e'), registeredAt: '2020-01-01T00:00:00.000Z' };
    const changes = { params: [{ name: 'train.depth', before: '3', after: null }], inputs: [] };
    const bodyOf = (stale: boolean) => {
      const aged = { ...report, createdAt: '2020-04-30T12:00:00.000Z' };
      const judged = { ...aged, comparisons: [{ ...comparison, champion: { ...champion, stale }, changes }] };
      return renderEvaluationComment({ report: judged, looks, gateChanged: false }).join('');
    };
    expect(bodyOf(true)).toContain('The champion v1.3.0 was registered 120 days ago');
    expect(bodyOf(true)).toContain('parameters and data since v1.3.0 (1 changed)');
    expect(bodyOf(true)).toContain('| `train.depth` | `3` | — |');
    expect(bodyOf(false)).not.toContain('days ago');
  });

  it('says how many candidates were judged on the same data, and that the gate was changed', () => {
    const second = { ...report, candidate: { digest: digestOf('e') } };
    const [body] = renderEvaluationComment({ report: second, looks: countLook(looks, second), gateChanged: true });
    expect(body).toMatch(
      /candidate number 2 .*[\s\S]*changes how the model is judged|changes how[\s\S]*candidate number 2 /,
    );
  });
});

describe('countLook', () => {
  const first = countLook(undefined, report);

  it('counts a candidate once, whatever is redelivered', () => {
    expect(countLook(first, report)).toEqual(first);
    expect(first.candidates).toEqual([report.candidate.digest]);
  });

  it('starts anew on other data', () => {
    const other = { ...report, dataset: { ...report.dataset, digest: digestOf('9') } };
    expect(countLook(first, other).candidates).toEqual([report.candidate.digest]);
  });

  it('forgets the oldest of more candidates than its block holds', () => {
    const full = {
      ...first,
      candidates: Array.from({ length: 200 }, (_, i) => `sha256:${String(i).padStart(64, '0')}`),
    };
    expect(countLook(full, report).candidates).toHaveLength(200);
    expect(countLook(full, report).candidates.at(-1)).toBe(report.candidate.digest);
  });
});

describe('formatDataBlock', () => {
  it.each([
    [null],
    [{ text: '--> <!-- "é" \u202e' }],
    [[1, 'a', { b: null }]],
    ['x'.repeat(40_000)],
    [{ ['__proto__']: 1 }],
  ])('is read back by parseDataBlock: %j', (value) => {
    const block = formatDataBlock(value);
    expect(parseDataBlock(`text\n${block}\nmore`)).toEqual(value);
    expect(block.slice(4, -3)).not.toMatch(/-->|<|\n/);
  });

  it.each([
    ['nothing', undefined],
    ['no block', 'text'],
    ['a block that is no base64', '<!-- tidegate:v1:data ==== -->'],
    ['a block that is no JSON', '<!-- tidegate:v1:data e30 -->'.replace('e30', btoa('{'))],
    ['a block that is no UTF-8', `<!-- tidegate:v1:data ${btoa('"\xff"')} -->`],
    ['a block that is longer than any', formatDataBlock('x'.repeat(60_000))],
  ])('has no value in %s', (_, text) => expect(parseDataBlock(text)).toBeUndefined());

  it.each(['{}', '[]', '{"dataset":1}', '{"dataset":"sha256:x","candidates":[]}'])('has no looks in %s', (json) => {
    expect(parseCommentData(`<!-- tidegate:v1:data ${btoa(json)} -->`)).toBeUndefined();
  });
});

describe('formatMarker', () => {
  it.each([
    ['report', 'team/flight-delay', undefined, '<!-- tidegate:v1 report team%2Fflight-delay -->'],
    ['promotion', 'models/eta:m', 'production', '<!-- tidegate:v1 promotion models%2Feta%3Am production -->'],
  ] as const)('is one line without the end of a comment: %s of %s', (kind, model, environment, marker) => {
    expect(formatMarker(kind, model, environment)).toBe(marker);
  });

  it('tells a model from one whose name begins alike, and a text that only quotes it', () => {
    const marker = formatMarker('report', 'a');
    expect(hasMarker(`${formatMarker('report', 'a-b')}\n`, marker)).toBe(false);
    expect(hasMarker(`> ${marker}`, marker)).toBe(false);
    expect(hasMarker(`\n ${marker}\n`, marker)).toBe(true);
    expect(hasMarker(null, marker)).toBe(false);
  });
});

describe('splitParts', () => {
  it('keeps blocks together, in order, within the limit', () => {
    expect(splitParts(['aaaa', '', 'bb', 'cc'], 8)).toEqual(['aaaa\n\nbb', 'cc']);
  });

  it('cuts a block that is larger between its lines, and a line that is larger with an ellipsis', () => {
    expect(splitParts(['a\nb\nc'], 3)).toEqual(['a\nb', 'c']);
    expect(splitParts(['x'.repeat(10)], 4)).toEqual(['xxx…']);
  });

  it('gives one empty part of nothing', () => expect(splitParts([], 10)).toEqual(['']));
});
