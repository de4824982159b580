import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningBot, startBot } from '../../bot/server.ts';
import { fillWorkflows } from '../../cli/init/fill-workflows.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { parseVersionTagMessage } from '../../core/reports/version-tag-line.ts';
import { type Forge, startForge } from '../../testkit/forge.ts';
import { runGit } from '../../testkit/git-client.ts';
import { writePython } from './delay-team.ts';
import { ForgeClone, makeImage } from './forge-clone.ts';

const NAME = 'acme/answers';
/** Programs of the runner's image. The team's evaluation is awk: what is judged by its numbers needs no Python. */
const PROGRAMS = ['bash', 'sh', 'git', 'mkdir', 'cp', 'cat', 'sed', 'awk', 'printf'];

// The team's evaluation: 300 questions of 30 topics, whose answers are about as helpful as quality.txt says.
const EVALUATE = `mkdir -p out reports
cp prompt.txt out/prompt.txt
awk -v m="$(cat quality.txt)" -v first="$(cat first.txt)" 'BEGIN {
  for (i = 0; i < 300; i++) {
    noise = ((i * 37 + int(m * 1000) * 11) % 101) / 101 - 0.5
    printf "{\\"id\\": \\"q%d\\", \\"helpfulness\\": %.4f, \\"group\\": \\"topic %d\\"}\\n", i + first, m + noise / 5, i % 30
  }
}' > scores.jsonl
printf '{"cost_usd": 12.5}\\n' > costs.json
cp cases.xml reports/junit.xml
`;
const JUNIT = '<testsuites><testsuite><testcase name="refuses"/><testcase name="cites"/></testsuite></testsuites>\n';

const CONFIG = `version: 1
models:
  answers:
    task: custom
    artifact: out/prompt.txt
    train: { command: sh evaluate.sh }
    evaluate: { examples: scores.jsonl, metrics-file: costs.json, junit-file: reports/junit.xml }
    gate:
      rules:
        - { metric: helpfulness, min: 0.5, better: higher }
        - { metric: helpfulness, max-regression: 0.02, better: higher }
        - { metric: file:cost_usd, max-regression: 10%, better: lower, interval: none }
        - { metric: junit:failures, max: 0 }
        - { metric: junit:errors, max: 0 }
    register: { store: "STORE" }
    environments:
      - name: production
        targets: [{ file: deploy/answers.yaml, path: version, value: version }]
`;

let folder: string;
let forge: Forge;
let team: ForgeClone;
let clone: string;
let bot: RunningBot;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-metrics-only-'));
  const image = path.join(folder, 'image');
  await makeImage(image, PROGRAMS);
  const pythonBin = await writePython(path.join(folder, 'python'));
  forge = await startForge({ directory: path.join(folder, 'forge'), pythonBin, path: image, isSelfHosted: true });
  await forge.createRepository(NAME);
  const webhookSecret = randomBytes(24).toString('hex');
  const app = { appId: forge.appId, privateKey: forge.appPrivateKey, webhookSecret, apiUrl: forge.apiUrl };
  bot = await startBot({ ...app, host: '127.0.0.1', port: 0, sweepIntervalMs: 3_600_000, isPaced: false }, 'fatal');
  forge.webhook({ url: `${bot.url}/api/github/webhooks`, secret: webhookSecret, isBusy: () => bot.isBusy });
  forge.protect(NAME, 'main', ['tidegate']);
  team = await ForgeClone.create(forge, NAME, path.join(folder, 'clone'));
  clone = team.folder;
  await fillWorkflows(clone, { model: 'answers', branch: 'main', update: undefined, watch: false });
  await mkdir(path.join(clone, 'deploy'));
  await team.push('main', {
    'deploy/answers.yaml': 'version: 0.0.0\n',
    'tidegate.yaml': CONFIG.replace('STORE', path.join(folder, 'store')),
    'evaluate.sh': EVALUATE,
    'prompt.txt': 'Answer.\n',
    'quality.txt': '0.70\n',
    'first.txt': '0\n',
    'cases.xml': JUNIT,
    'requirements.txt': '',
    '.gitignore': 'out/\nreports/\nscores.jsonl\ncosts.json\n',
  });
}, 120_000);

afterAll(async () => {
  await bot?.stop();
  await forge?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function merge(number: number): Promise<readonly string[]> {
  await team.merge(number);
  return (await forge.snapshot(NAME)).tags.map(({ name }) => name);
}

/** Merges the promotion with this title. @returns Its text, and the manifest after it. */
async function promote(title: string) {
  const { data: open } = await team.rest.pulls.list({ ...team.repository, state: 'open' });
  const found = open.find((one) => one.title === title);
  expect(found, `${title}: ${open.map((one) => one.title).join(', ')}`).toBeDefined();
  await merge(found?.number ?? 0);
  await runGit(clone, ['fetch', '--quiet', 'origin']);
  return { text: found?.body ?? '', manifest: await runGit(clone, ['show', 'origin/main:deploy/answers.yaml']) };
}

/** The documents of a version, as its tag names them. */
async function versionOf(tag: string) {
  await runGit(clone, ['fetch', '--quiet', '--tags', 'origin']);
  const line = parseVersionTagMessage(await runGit(clone, ['tag', '--list', '--format=%(contents)', tag]));
  const file = (line?.documents.evaluation?.uri ?? '').replace(/^file:\/\//, '');
  return { line, evaluation: readReport('evaluation', await readFile(path.resolve(clone, file)), tag) };
}

describe('a team with metrics only', () => {
  it('registers a first version by its floors, with its examples', async () => {
    const { runs, tags } = await forge.snapshot(NAME);
    expect(
      tags.map(({ name }) => name),
      runs.flatMap(({ jobs }) => jobs.map(({ log }) => log)).join('\n'),
    ).toEqual(['answers@v0.1.0']);
    const { line, evaluation } = await versionOf('answers@v0.1.0');
    expect(Object.keys(line?.documents ?? {}).sort()).toEqual(['evaluation', 'model-version', 'run']);
    expect(evaluation).toMatchObject({ verdict: 'pass', dataset: { kind: 'examples', rows: 300, clusters: 30 } });
    expect(evaluation.results?.map(({ kind }) => kind)).toEqual(['metrics', 'examples', 'junit']);
  });

  it('is promoted by a pull request that changes one line', async () => {
    const { text, manifest } = await promote('Promote answers v0.1.0 to production');
    expect(manifest).toBe('version: 0.1.0');
    expect(text).toContain('helpfulness');
  });

  it('is held back where the answers got worse, by the same questions', async () => {
    const worse = { 'quality.txt': '0.60\n', 'prompt.txt': 'Answer in one word.\n' };
    const { conclusions, log, number } = await team.propose('worse', worse);
    expect(conclusions, log).toMatchObject({ train: 'success', tidegate: 'failure', 'tidegate / answers': 'failure' });
    expect(log).toContain('helpfulness got worse by');
    const { data: comments } = await team.rest.issues.listComments({ ...team.repository, issue_number: number });
    expect(comments[0]?.body).toMatch(/### Tidegate · answers · ❌ fail[\s\S]*champion v0\.1\.0/);
    await expect(merge(number)).rejects.toMatchObject({ status: 405 });
  });

  it('is held back where a test fails', async () => {
    const failing = JUNIT.replace('<testcase name="cites"/>', '<testcase name="cites"><failure/></testcase>');
    const { conclusions, log } = await team.propose('failing-test', { 'cases.xml': failing });
    expect(conclusions, log).toMatchObject({ train: 'success', tidegate: 'failure' });
    expect(log).toContain('Failed tests is 1; it would have passed with at most 0.');
  });

  it('is held back where the questions are others', async () => {
    const { conclusions, log } = await team.propose('other-questions', {
      'first.txt': '2\n',
      'prompt.txt': 'Answer well.\n',
    });
    expect(conclusions, log).toMatchObject({ train: 'success', tidegate: 'failure' });
    expect(log).toContain("2 ids of the candidate are not among the champion's");
    expect(log).toContain('the gate says inconclusive');
  });

  it('registers a better one, with the paired difference to the version before', async () => {
    const better = { 'quality.txt': '0.75\n', 'prompt.txt': 'Answer, and cite your sources.\n' };
    const { conclusions, log, number } = await team.propose('better', better);
    expect(conclusions, log).toMatchObject({ train: 'success', tidegate: 'success' });
    expect(await merge(number)).toEqual(['answers@v0.1.0', 'answers@v0.1.1']);
    const { evaluation } = await versionOf('answers@v0.1.1');
    const compared = evaluation.comparisons[0]?.metrics.find(({ name }) => name === 'helpfulness');
    expect(compared?.difference.value).toBeCloseTo(0.05, 2);
    expect(compared?.difference.interval?.lower).toBeGreaterThan(0);
    expect(evaluation.comparisons[0]?.champion.version).toBe('0.1.0');
    expect(evaluation.comparisons[0]?.metrics.map(({ name }) => name)).toEqual(['helpfulness', 'file:cost_usd']);
    const { text, manifest } = await promote('Promote answers v0.1.1 to production');
    expect(manifest).toBe('version: 0.1.1');
    expect(text).toContain('ids of the examples');
  });

  it('passes a change of a document, for which the results are computed again', async () => {
    const { conclusions, log } = await team.propose('docs', { 'README.md': 'Answers to questions.\n' });
    expect(conclusions, log).toMatchObject({ train: 'success', tidegate: 'success' });
    expect(log).toContain('Training: the judge reads scores.jsonl, which only a training writes');
  });

  it('asked for nothing that GitHub does not describe', () => expect(forge.violations).toEqual([]));
});
