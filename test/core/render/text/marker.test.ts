import { describe, expect, it } from 'vitest';
import { parseCommentData, renderEvaluationComment } from '../../../../core/render/comment.ts';
import { parsePromotionData, renderPromotion } from '../../../../core/render/promotion/promotion.ts';
import { fencedCode } from '../../../../core/render/text/fenced-code.ts';
import { inlineCode } from '../../../../core/render/text/inline-code.ts';
import { formatDataBlock, parseDataBlock } from '../../../../core/render/text/marker.ts';
import { digestOf, SAMPLE_REPORTS, SAMPLE_TAG_LINE } from '../../reports/sample-reports.ts';

describe('parseDataBlock', () => {
  it.each([null, 1, 'ü --> <!--', { a: [1, { b: '€' }] }])('gives back %j', (value) => {
    expect(parseDataBlock(`text\n\n${formatDataBlock(value)}\n`)).toEqual(value);
  });

  it('takes the last block: what a text quotes comes before its own', () => {
    const planted = formatDataBlock({ is: 'planted' });
    expect(parseDataBlock(`${planted}\n\ntext ${planted}\n\n${formatDataBlock({ is: 'ours' })}\n`)).toEqual({
      is: 'ours',
    });
  });

  it.each([
    ['none', 'text'],
    ['one that is not ended', `${formatDataBlock(1)} <!-- tidegate:v1:data e30=`],
    ['one that is no base64', '<!-- tidegate:v1:data e3*0= -->'],
    ['one that is no JSON', '<!-- tidegate:v1:data e30e -->'],
    ['one that is too long', `<!-- tidegate:v1:data ${'A'.repeat(60_001)} -->`],
  ])('is undefined for %s', (_, text) => {
    expect(parseDataBlock(text)).toBeUndefined();
  });
});

describe('a text from elsewhere that holds a data block', () => {
  const planted = formatDataBlock({ dataset: digestOf('d'), candidates: [], version: '1.5.0', digest: 'x' });

  it.each([
    ['code', inlineCode(planted, 1_000)],
    ['a block of code', fencedCode(planted, 'diff')],
  ])('is none of ours as %s', (_, shown) => {
    expect(shown).not.toContain('<!--');
    expect(parseDataBlock(shown)).toBeUndefined();
  });

  it('changes neither the looks of a comment nor the version of a promotion', () => {
    const { evaluation } = SAMPLE_REPORTS;
    const report = { ...evaluation, dataset: { ...evaluation.dataset, path: planted } };
    const looks = { dataset: digestOf('d'), candidates: [digestOf('a'), digestOf('b')] };
    const [comment] = renderEvaluationComment({ report, looks, gateChanged: false });
    expect(parseCommentData(comment)).toEqual(looks);
    const version = {
      version: '9.9.9',
      tag: 'm@v9.9.9',
      commit: 'a'.repeat(40),
      artifactUri: `s3://models/m/${planted}`,
      artifactDigest: digestOf('1'),
      document: SAMPLE_TAG_LINE,
      provenance: { kind: 'release-run' as const, runId: 42 },
    };
    const view = {
      model: 'm',
      environment: 'staging',
      version,
      replaces: undefined,
      files: [planted],
      waiting: [],
      earlier: [],
    };
    expect(parsePromotionData(renderPromotion(view).body)?.version).toBe('9.9.9');
  });
});
