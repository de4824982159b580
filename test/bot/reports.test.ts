import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_ZIP_DIRECTORY_BYTES, MAX_ZIP_ENTRIES } from '../../core/adapters/files/zip-report-archive.ts';
import { hasMarker } from '../../core/render/text/marker.ts';
import { BOT_LIMITS, MAX_REPORT_ZIP_BYTES } from '../../core/reports/limits.ts';
import { createZip, type ZipEntry } from '../../testkit/zip.ts';
import { MINIMAL } from '../core/config/mistakes.ts';
import { digestOf, SAMPLE_REPORTS } from '../core/reports/sample-reports.ts';
import { BotWorld } from './bot-world.ts';

const NAME = 'acme/flights';
const REPOSITORY = { owner: 'acme', repo: 'flights' };
const MARKER = '<!-- tidegate:v1 report m -->';
const CONFIG = MINIMAL;
const REPORT = { ...SAMPLE_REPORTS.evaluation, model: 'm' };
const ARTIFACT = 'tidegate-m-1-report';

const zipOf = (report: object, ...more: readonly ZipEntry[]) =>
  createZip([{ name: 'evaluation.json', content: JSON.stringify(report) }, ...more]);

let world: BotWorld;
let clone: string;
let count = 0;

beforeAll(async () => {
  world = await BotWorld.start();
  await world.github.createRepository(NAME);
  clone = await world.clone(NAME);
  await world.commit(clone, 'main', { 'tidegate.yaml': CONFIG });
  await world.settle();
});
afterAll(() => world?.stop());

/** A pull request of a new branch. */
async function openPull(files: Readonly<Record<string, string>> = { 'train.py': `# ${Math.random()}` }) {
  count += 1;
  const branch = `change-${count}`;
  return { branch, ...(await world.openPull(clone, { repository: NAME, branch }, files)) };
}

interface UploadedArtifact {
  readonly name: string;
  readonly zip: Uint8Array;
  readonly claimedSize?: number;
}

/** A run of the pull request that uploaded these artifacts. */
function finishWith(pull: { branch: string; headSha: string }, artifacts: readonly UploadedArtifact[]) {
  world.writes.arm();
  return world.finishRun({ repository: NAME, headSha: pull.headSha, headBranch: pull.branch, artifacts });
}

/** A run of the pull request that uploaded this zip. */
function finish(pull: { branch: string; headSha: string }, zip: Uint8Array, name = ARTIFACT) {
  return finishWith(pull, [{ name, zip }]);
}

async function ownComments(number: number) {
  const found = await allComments(number);
  return found.filter(({ user, body }) => user?.login === 'tidegate[bot]' && hasMarker(body, MARKER));
}

async function allComments(number: number) {
  const pages = await Promise.all(
    [1, 2, 3].map((page) =>
      world.client().issues.listComments({ ...REPOSITORY, issue_number: number, per_page: 100, page }),
    ),
  );
  return pages.flatMap(({ data }) => data);
}

async function checkOf(headSha: string, name: string) {
  const { data } = await world.client().checks.listForRef({ ...REPOSITORY, ref: headSha, check_name: name });
  return data.check_runs;
}

describe('the report of a pull request', () => {
  it('is one comment and one check, which a second run edits and a redelivery leaves alone', async () => {
    const pull = await openPull();
    const guid = await finish(pull, zipOf(REPORT));
    expect(world.lastAnswer('workflow_run')).toBe(200);
    expect(await ownComments(pull.number)).toHaveLength(1);
    const [check, ...others] = await checkOf(pull.headSha, 'tidegate / m');
    expect(others).toEqual([]);
    expect(check).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(world.writes.count).toBeGreaterThan(0);

    world.writes.arm();
    await world.github.redeliver(guid);
    await world.settle();
    expect(world.writes.writes).toEqual([]);

    const better = { ...REPORT, verdict: 'pass', rules: [], candidate: { digest: digestOf('e') } };
    await finish(pull, zipOf(better));
    const [edited, ...added] = await ownComments(pull.number);
    expect(added).toEqual([]);
    expect(edited?.body).toContain('✅ pass');
    expect(edited?.body).toContain('candidate number 2');
    expect((await checkOf(pull.headSha, 'tidegate / m')).map(({ conclusion }) => conclusion)).toEqual(['success']);
    expect(world.github.violations).toEqual([]);
  });

  it('of an earlier run of the same commit does not replace that of a later one when its event comes late', async () => {
    const pull = await openPull();
    const first = await finish(pull, zipOf({ ...REPORT, verdict: 'pass', rules: [] }));
    await finish(pull, zipOf({ ...REPORT, candidate: { digest: digestOf('e') } }));
    const [shown] = await ownComments(pull.number);
    world.writes.arm();
    await world.github.redeliver(first);
    await world.settle();
    expect(world.writes.writes).toEqual([]);
    expect((await ownComments(pull.number))[0]?.body).toBe(shown?.body);
    expect((await checkOf(pull.headSha, 'tidegate / m')).map(({ conclusion }) => conclusion)).toEqual(['failure']);
  });

  it('leaves look-alikes of others alone, and finds its own beyond the first page', async () => {
    const pull = await openPull();
    const client = world.client();
    const lookAlike = { ...REPOSITORY, issue_number: pull.number, body: `${MARKER}\nmine, not yours` };
    const { data: other } = await client.issues.createComment(lookAlike);
    for (let index = 0; index < 104; index++) {
      await client.issues.createComment({ ...REPOSITORY, issue_number: pull.number, body: `talk ${index}` });
    }
    await finish(pull, zipOf(REPORT));
    expect(await allComments(pull.number)).toHaveLength(106);
    await finish(pull, zipOf({ ...REPORT, verdict: 'pass', rules: [] }));
    const own = await ownComments(pull.number);
    expect(own).toHaveLength(1);
    expect(own[0]?.body).toContain('✅ pass');
    const { data: still } = await client.issues.getComment({ ...REPOSITORY, comment_id: other.id });
    expect(still.body).toBe(`${MARKER}\nmine, not yours`);
  });

  it('has as many comments as it needs, and hides those that it no longer does', async () => {
    const pull = await openPull();
    // Without a line in tidegate.yaml there is nothing to annotate.
    const [{ line: _, ...rule } = { line: 0 }] = REPORT.rules;
    const rules = Array.from({ length: 320 }, (_, index) => ({
      ...rule,
      index,
      rule: { ...REPORT.rules[0]?.rule, metric: `metric_${index}_${'x'.repeat(200)}` },
    }));
    await finish(pull, zipOf({ ...REPORT, rules }));
    const parts = await ownComments(pull.number);
    expect(parts.length).toBeGreaterThan(1);
    for (const { body } of parts) expect(body?.length).toBeLessThanOrEqual(65_536);
    const hidden = () => parts.filter(({ id }) => world.github.state.hiddenComments.has(id)).length;
    await finish(pull, zipOf(REPORT));
    expect(hidden()).toBe(parts.length - 1);
    await finish(pull, zipOf(REPORT));
    expect(world.writes.writes.filter((write) => !write.endsWith('/graphql'))).toEqual([]);
    await finish(pull, zipOf({ ...REPORT, rules }));
    expect(hidden()).toBe(0);
    expect(await ownComments(pull.number)).toHaveLength(parts.length);
  });

  it('of a fork finds its pull request by branch and commit, and not by another commit', async () => {
    await world.github.forkRepository(NAME, 'octo');
    world.github.userToken('octo', 'read');
    const fork = await world.clone('octo/flights', 'octo');
    const headSha = await world.commit(fork, 'patch', { 'train.py': '# theirs' });
    const { data } = await world
      .client('octo')
      .pulls.create({ ...REPOSITORY, head: 'octo:patch', base: 'main', title: 'theirs' });
    await world.settle();
    const run = { repository: NAME, headBranch: 'patch', headRepository: 'octo/flights' };
    const artifacts = [{ name: ARTIFACT, zip: zipOf(REPORT) }];
    const later = await world.commit(fork, 'other', { 'train.py': '# more' });
    await world.finishRun({ ...run, headSha: later, artifacts });
    expect(await ownComments(data.number)).toEqual([]);
    await world.finishRun({ ...run, headSha, artifacts });
    expect(await ownComments(data.number)).toHaveLength(1);
  });

  it('is shown whatever the model takes: the bot never downloads that', async () => {
    const pull = await openPull();
    // Zip of nothing that can be read, of 10 GB by what GitHub says.
    const model = { name: 'tidegate-m-1-model', zip: Buffer.from('not a zip'), claimedSize: 10 * 2 ** 30 };
    await finishWith(pull, [model, { name: ARTIFACT, zip: zipOf(REPORT) }]);
    expect((await ownComments(pull.number))[0]?.body).toContain('❌ fail');
    expect((await checkOf(pull.headSha, 'tidegate / m')).map(({ conclusion }) => conclusion)).toEqual(['failure']);
  });

  it('is of no attempt that is yet to come', async () => {
    const pull = await openPull();
    const other = { name: 'tidegate-m-2-report', zip: zipOf({ ...REPORT, verdict: 'pass', rules: [] }) };
    await finishWith(pull, [other, { name: ARTIFACT, zip: zipOf(REPORT) }]);
    // The run that is told is its first attempt: one that is not made yet can be no part of it.
    expect((await ownComments(pull.number))[0]?.body).toContain('❌ fail');
  });

  it('flags that the pull request changes how it is judged', async () => {
    const pull = await openPull({ 'tidegate.yaml': CONFIG.replace('min: 0.5', 'min: 0.1') });
    await finish(pull, zipOf(REPORT));
    expect((await ownComments(pull.number))[0]?.body).toContain('changes how the model is judged');
  });

  it.each([
    { name: 'an artifact of another model', artifact: 'tidegate-n-1-report' },
    { name: 'a later attempt', artifact: 'tidegate-m-2-report' },
    { name: 'an attempt that is no number', artifact: 'tidegate-m-1e0-report' },
    { name: 'the artifact of the model', artifact: 'tidegate-m-1-model' },
    { name: 'what register uploaded', artifact: 'tidegate-m-1-version' },
  ])('is not taken from $name', async ({ artifact }) => {
    const pull = await openPull();
    await finish(pull, zipOf(REPORT), artifact);
    expect(world.writes.writes).toEqual([]);
  });
});

/** Entries whose names fill the directory of a zip that has the report, up to the given number of bytes. */
function longNames(directoryBytes: number): readonly ZipEntry[] {
  const entryBytes = 46;
  const entries: ZipEntry[] = [];
  for (let left = directoryBytes - entryBytes - 'evaluation.json'.length; left > 0; ) {
    const length = Math.min(65_000, left - entryBytes);
    entries.push({ name: String(entries.length).padStart(length, 'n'), content: '' });
    left -= entryBytes + length;
  }
  return entries;
}

describe('a hostile archive', () => {
  const bomb = () => {
    const zeros = Buffer.alloc(64 * 2 ** 20);
    return createZip([{ name: 'evaluation.json', content: zeros }]);
  };
  const lying = () => createZip([{ name: 'evaluation.json', content: Buffer.alloc(40 * 2 ** 20), claimedSize: 100 }]);
  const many = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `f${i}`, content: '' }));
  const cases: Readonly<Record<string, () => Uint8Array>> = {
    'that is no zip': () => Buffer.from('not a zip'),
    'that is empty': () => Buffer.alloc(0),
    'that is cut off': () => zipOf(REPORT).subarray(0, 200),
    'that has no report': () => createZip([{ name: 'other.json', content: '{}' }]),
    'that has the report under a path': () =>
      createZip([{ name: '../evaluation.json', content: JSON.stringify(REPORT) }]),
    'that has names that lead out': () => zipOf(REPORT, { name: '../../etc/passwd', content: 'x' }),
    'that has an absolute name': () => zipOf(REPORT, { name: '/etc/passwd', content: 'x' }),
    'that unpacks to more than any report': bomb,
    'that lies about its size': lying,
    'that has more files than any': () => createZip(many(MAX_ZIP_ENTRIES + 1)),
    'that has the report twice': () => zipOf(REPORT, { name: 'evaluation.json', content: JSON.stringify(REPORT) }),
    'whose names are longer than any': () => zipOf(REPORT, ...longNames(MAX_ZIP_DIRECTORY_BYTES + 1)),
    'that unpacks to a little more than the bot reads': () =>
      createZip([{ name: 'evaluation.json', content: JSON.stringify(REPORT).padEnd(BOT_LIMITS.maxBytes + 1, ' ') }]),
    'whose report has more values than any': () => zipOf({ ...REPORT, later: Array(BOT_LIMITS.maxMarks).fill(0) }),
    'whose report takes all memory that there is': () =>
      createZip([
        {
          name: 'evaluation.json',
          content: JSON.stringify(REPORT).replace(
            '"comparisons":[',
            `"comparisons":[{"metrics":[${'{},'.repeat(BOT_LIMITS.maxMarks / 2 - 1000)}{}]},`,
          ),
        },
      ]),
    'whose report is no JSON': () => createZip([{ name: 'evaluation.json', content: '{' }]),
    'whose report is of another model': () => zipOf({ ...REPORT, model: 'n' }),
    'whose report is of a later version': () => zipOf({ ...REPORT, schema: 'tidegate.dev/evaluation/v2' }),
    'whose report has numbers as texts': () => zipOf({ ...REPORT, dataset: { ...REPORT.dataset, rows: '1000' } }),
    'whose report is nested without end': () =>
      createZip([
        {
          name: 'evaluation.json',
          content: JSON.stringify(REPORT).replace(
            '{"schema":',
            `{"x":${'['.repeat(50_000)}${']'.repeat(50_000)},"schema":`,
          ),
        },
      ]),
  };
  let pull: Awaited<ReturnType<typeof openPull>>;
  beforeAll(async () => {
    pull = await openPull();
  });

  it.each(Object.keys(cases))('%s never passes, and is told in one comment', async (name) => {
    await finish(pull, cases[name]?.() ?? Buffer.alloc(0));
    expect(world.lastAnswer('workflow_run')).toBe(200);
    const [comment, ...others] = await ownComments(pull.number);
    expect(others).toEqual([]);
    expect(comment?.body).toContain('⛔ no report');
    expect(comment?.body?.length).toBeLessThan(2000);
    const [check] = await checkOf(pull.headSha, 'tidegate / m');
    expect(check?.conclusion).toBe('failure');
  });

  it('that says it is larger than the bot holds is not downloaded', async () => {
    await finishWith(pull, [{ name: ARTIFACT, zip: zipOf(REPORT), claimedSize: MAX_REPORT_ZIP_BYTES + 1 }]);
    expect((await ownComments(pull.number))[0]?.body).toContain('⛔ no report');
    await finishWith(pull, [{ name: ARTIFACT, zip: zipOf(REPORT), claimedSize: MAX_REPORT_ZIP_BYTES }]);
    expect((await ownComments(pull.number))[0]?.body).toContain('❌ fail');
  });

  it('that is one of two with its name never passes, whichever of them is good', async () => {
    const good = { name: ARTIFACT, zip: zipOf({ ...REPORT, verdict: 'pass', rules: [] }) };
    const bad = { name: ARTIFACT, zip: zipOf(REPORT) };
    for (const artifacts of [
      [good, bad],
      [bad, good],
      [good, good],
    ]) {
      await finishWith(pull, artifacts);
      const [comment] = await ownComments(pull.number);
      expect(comment?.body).toContain('two workflow artifacts with the same name');
      expect((await checkOf(pull.headSha, 'tidegate / m'))[0]?.conclusion).toBe('failure');
    }
  });

  it('that has as many files, and names as long, as the bot reads is read', async () => {
    await finish(pull, zipOf(REPORT, ...many(MAX_ZIP_ENTRIES - 1)));
    expect((await ownComments(pull.number))[0]?.body).toContain('❌ fail');
    await finish(pull, zipOf({ ...REPORT, verdict: 'pass', rules: [] }, ...longNames(MAX_ZIP_DIRECTORY_BYTES)));
    expect((await ownComments(pull.number))[0]?.body).toContain('✅ pass');
  });

  it('is read past what is not wanted: files that lie about their size, or would fill the memory', async () => {
    const lie = { name: 'model.onnx', content: Buffer.alloc(40 * 2 ** 20), claimedSize: 100 };
    const large = { name: 'data/large.csv', content: Buffer.alloc(200 * 2 ** 20) };
    await finish(pull, zipOf(REPORT, lie, large));
    expect((await ownComments(pull.number))[0]?.body).toContain('❌ fail');
  });

  it('that is as large as the bot reads is read', async () => {
    const content = JSON.stringify(REPORT).padEnd(BOT_LIMITS.maxBytes, ' ');
    const zip = createZip([{ name: 'evaluation.json', content }]);
    await finishWith(pull, [{ name: ARTIFACT, zip, claimedSize: MAX_REPORT_ZIP_BYTES }]);
    expect((await ownComments(pull.number))[0]?.body).toContain('❌ fail');
  });

  it('leaves nothing behind: the next good report is shown', async () => {
    await finish(pull, zipOf(REPORT));
    expect((await ownComments(pull.number))[0]?.body).toContain('❌ fail');
  });
});
