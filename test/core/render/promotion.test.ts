import { describe, expect, it } from 'vitest';
import { type PromotionView, renderPromotion } from '../../../core/render/promotion.ts';
import { digestOf, SAMPLE_TAG_LINE } from '../reports/sample-reports.ts';

const version = (number: string, letter: string) => ({
  version: number,
  artifactUri: `s3://models/m/sha256/${letter}`,
  artifactDigest: digestOf(letter),
  image: undefined,
  tag: `m@v${number}`,
  commit: letter.repeat(40),
  line: undefined,
});
const [first] = SAMPLE_TAG_LINE.comparisons;
const changes = {
  params: [{ name: 'train.depth', before: '3', after: '4' }],
  inputs: [{ path: 'data/@everyone.parquet', change: 'changed' as const }],
};

const VIEW: PromotionView = {
  model: 'm',
  environment: 'production',
  version: { ...version('0.2.0', 'b'), line: SAMPLE_TAG_LINE },
  replaces: version('0.1.0', 'a'),
  files: ['k8s/m.yaml'],
  waiting: [],
  earlier: [],
};

function bodyOf(changed: typeof changes | undefined): string {
  if (first === undefined) throw new Error('the sample has no comparison');
  const comparison = { ...first, champion: { version: '0.1.0', digest: digestOf('a') } };
  const comparisons = [changed === undefined ? comparison : { ...comparison, changes: changed }];
  return renderPromotion({
    ...VIEW,
    version: { ...version('0.2.0', 'b'), line: { ...SAMPLE_TAG_LINE, comparisons } },
  }).body;
}

describe('renderPromotion', () => {
  it('says what the version was trained with that the one it replaces was not', () => {
    const body = bodyOf(changes);
    expect(body).toContain('`/tidegate rollback [version]`');
    expect(body).toContain('Trained with other parameters or files than v0.1.0');
    expect(body).toContain('| `train.depth` | `3` | `4` |');
    expect(body).toMatch(/`data\/@.?everyone\.parquet` \| +\| changed/u);
  });

  it('says that nothing differs, and nothing where it is not known', () => {
    expect(bodyOf({ params: [], inputs: [] })).toContain('the same parameters and files as v0.1.0');
    expect(bodyOf(undefined)).not.toMatch(/rained with/);
  });

  it('shows the values of a version that was compared with none, or says that its tag holds none', () => {
    const alone = { ...SAMPLE_TAG_LINE, comparisons: [] };
    const shown = (line: typeof alone, replaces: PromotionView['replaces']) =>
      renderPromotion({ ...VIEW, version: { ...version('0.2.0', 'b'), line }, replaces }).body;
    expect(shown(alone, undefined)).toMatch(/nothing to compare with\. Its own values.*:\n\n\| metric/);
    expect(shown(alone, VIEW.replaces)).toMatch(/not compared with v0\.1\.0\. Its own values/);
    const empty = shown({ ...alone, metrics: [] }, undefined);
    expect(empty).toContain('nothing to compare with, and its tag holds no values of metrics.');
    expect(empty).not.toContain('| metric');
  });
});
