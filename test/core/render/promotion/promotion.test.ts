import { describe, expect, it } from 'vitest';
import {
  type PromotionView,
  parsePromotionData,
  renderPromotion,
} from '../../../../core/render/promotion/promotion.ts';
import { digestOf, SAMPLE_TAG_LINE } from '../../reports/sample-reports.ts';

const version = (number: string, letter: string) => ({
  version: number,
  artifactUri: `s3://models/m/sha256/${letter}`,
  artifactDigest: digestOf(letter),
  image: undefined,
  tag: `m@v${number}`,
  commit: letter.repeat(40),
  document: undefined,
  provenance: { kind: 'release-run' as const, runId: 42 },
});
const [first] = SAMPLE_TAG_LINE.comparisons;
const changes = {
  params: [{ name: 'train.depth', before: '3', after: '4' }],
  inputs: [{ path: 'data/@everyone.parquet', change: 'changed' as const }],
};

const VIEW: PromotionView = {
  model: 'm',
  environment: 'production',
  version: { ...version('0.2.0', 'b'), document: SAMPLE_TAG_LINE },
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
    version: { ...version('0.2.0', 'b'), document: { ...SAMPLE_TAG_LINE, comparisons } },
  }).body;
}

describe('renderPromotion', () => {
  it('says who accepted a new baseline, and why, by the document of the version', () => {
    const rebaseline = { by: 'wim', reason: 'the labels were @wrong', pullRequest: 7 };
    const document = { ...SAMPLE_TAG_LINE, dataset: { rows: 10, rebaseline } };
    const { body } = renderPromotion({ ...VIEW, version: { ...version('0.2.0', 'b'), document } });
    expect(body).toContain('accepted by `wim` in pull request 7, because: the labels were @\u200bwrong');
    expect(bodyOf(undefined)).not.toContain('new baseline');
  });

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

  it('shows what a version was judged on, who answers for it, and whether the pull request was judged on the same', () => {
    const shown = (dataset: NonNullable<typeof SAMPLE_TAG_LINE.dataset>) =>
      renderPromotion({ ...VIEW, version: { ...version('0.2.0', 'b'), document: { ...SAMPLE_TAG_LINE, dataset } } })
        .body;
    const dataset = { rows: 10, digest: digestOf('d') };
    expect(shown(dataset)).toContain(digestOf('d'));
    expect(shown({ rows: 10 })).not.toContain('| dataset');
    expect(shown({ ...dataset, origin: 'commit', trusted: true })).toContain('as in the commit');
    expect(shown({ ...dataset, origin: 'made', trusted: false })).toMatch(
      /Evidence\n\n> ⚠️ .*made by the code under review/,
    );
    const compared = { number: 7, digest: digestOf('e') };
    expect(shown({ ...dataset, pullRequest: { ...compared, same: true } })).toContain(
      'the same as the run of pull request 7',
    );
    expect(shown({ ...dataset, pullRequest: { ...compared, same: false } })).toMatch(/different from .* 7 .*eeee/);
    const not = shown({ ...dataset, pullRequest: { number: 7, digest: null, same: null, reason: '@all <b> gone' } });
    expect(not).toMatch(/not compared: @\u200ball &lt;b&gt; gone/);
    expect(not).not.toContain('the same as');
  });

  it('shows the values of a version that was compared with none, or says that there are none', () => {
    const alone = { ...SAMPLE_TAG_LINE, comparisons: [] };
    const shown = (document: typeof alone, replaces: PromotionView['replaces']) =>
      renderPromotion({ ...VIEW, version: { ...version('0.2.0', 'b'), document }, replaces }).body;
    expect(shown(alone, undefined)).toMatch(/there is no comparison\. Its own values.*:\n\n\| metric/);
    expect(shown(alone, VIEW.replaces)).toMatch(/not compared with v0\.1\.0\. Its own values/);
    const empty = shown({ ...alone, metrics: [] }, undefined);
    expect(empty).toContain('there is no comparison, and its document has no metric values.');
    expect(empty).not.toContain('| metric');
  });

  it('says by what the version is believed, and shows nothing of a tag that nothing vouches for', () => {
    expect(renderPromotion(VIEW).body).toContain('| run [42](../actions/runs/42): its register job uploaded');
    const provenance = { kind: 'history' as const, environment: 'staging', commit: 'c'.repeat(40) };
    const { body } = renderPromotion({ ...VIEW, version: { ...version('0.2.0', 'b'), provenance } });
    expect(body).toContain(`history: staging had these values on the default branch at ${'c'.repeat(40)}`);
    expect(body).toContain('has expired on GitHub');
    expect(body).not.toContain('| metric');
  });

  it('says what the manifest does beyond its diff, with the place, and at most ten times', () => {
    const warning = { file: 'k8s/m.yaml', line: 9, message: 'spec.canary keeps its model', fix: 'Remove spec.canary.' };
    const { body } = renderPromotion({ ...VIEW, warnings: [warning] });
    expect(body).toMatch(
      /#### Before you merge[^#]*\| `k8s\/m\.yaml:9` +\| spec\.canary keeps its model\. Remove spec\.canary\. +\|/,
    );
    const many = Array.from({ length: 12 }, (_, index) => ({ ...warning, line: index + 1 }));
    const long = renderPromotion({ ...VIEW, warnings: many }).body;
    expect(long.match(/k8s\/m\.yaml:\d/g)).toHaveLength(10);
    expect(long).toContain('And 2 more.');
    expect(renderPromotion(VIEW).body).not.toContain('Before you merge');
  });

  it('keeps what it writes in its hidden block, to tell its own commit from a person’s', () => {
    const image = { repository: 'r/m', tag: '0.2.0', digest: digestOf('c') };
    const { body } = renderPromotion({ ...VIEW, version: { ...version('0.2.0', 'b'), image } });
    expect(parsePromotionData(body)).toEqual({
      version: '0.2.0',
      digest: digestOf('b'),
      written: { artifactUri: 's3://models/m/sha256/b', image },
    });
  });
});
