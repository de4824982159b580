import { median } from 'simple-statistics';
import { BotWorld } from '../../../test/bot/bot-world.ts';
import { SAMPLE_REPORTS } from '../../../test/core/reports/sample-reports.ts';
import { createZip } from '../../../testkit/zip.ts';
import { startBareHandler } from './bare-handler.ts';

const NAME = 'acme/flights';
const [owner, repo] = ['acme', 'flights'] as const;
const EVENTS = 40;
const WARM_UP = 5;
const CONFIG = `version: 1
models:
  m:
    task: binary-classification
    artifact: model.onnx
    data: { label: y }
    evaluate: { dataset: t.csv }
    gate: { rules: [{ metric: roc_auc, min: 0.5 }] }
`;

/** Medians over the same events. */
export interface EventToComment {
  readonly events: number;
  readonly ownMs: number;
  readonly bareMs: number;
}

/**
 * Times from a signed webhook of a finished run to its comment and check, by Tidegate and by a bare handler, one after the
 * other on pull requests of their own, before the same stand-in of GitHub.
 */
export async function timeEventToComment(): Promise<EventToComment> {
  const world = await BotWorld.start();
  const { appId, appPrivateKey: privateKey } = world.github;
  const bare = await startBareHandler({ appId, privateKey, secret: world.secret, apiUrl: world.apiUrl });
  try {
    const payloads = await finishedRuns(world, 2 * (EVENTS + WARM_UP));
    const own: number[] = [];
    const bareTimes: number[] = [];
    for (let at = 0; at < payloads.length; at += 2) {
      own.push(await timed(() => post(world, world.hookUrl, payloads[at] ?? '')));
      bareTimes.push(await timed(() => post(world, bare.url, payloads[at + 1] ?? '')));
    }
    return {
      events: EVENTS,
      ownMs: median(own.slice(WARM_UP)),
      bareMs: median(bareTimes.slice(WARM_UP)),
    };
  } finally {
    bare.server.close();
    await world.stop();
  }
}

/** The bodies of webhooks of finished runs, each on a pull request of its own, none of them sent. */
async function finishedRuns(world: BotWorld, count: number): Promise<readonly string[]> {
  await world.github.createRepository(NAME);
  const clone = await world.clone(NAME);
  world.github.webhooks.fate = 'lose';
  await world.commit(clone, 'main', { 'tidegate.yaml': CONFIG });
  const report = JSON.stringify({ ...SAMPLE_REPORTS.evaluation, model: 'm' });
  const zip = createZip([{ name: 'evaluation.json', content: report }]);
  const bodies: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const branch = `change-${index}`;
    const headSha = await world.commit(clone, branch, { 'train.py': `# ${index}` });
    await world.client().pulls.create({ owner, repo, head: branch, base: 'main', title: branch });
    const artifacts = [{ name: 'tidegate-m-1-report', zip }];
    await world.finishRun({ repository: NAME, headSha, headBranch: branch, artifacts });
    bodies.push(JSON.stringify(world.github.webhooks.deliveries.at(-1)?.payload));
  }
  return bodies;
}

async function post(world: BotWorld, url: string, body: string): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'x-github-delivery': crypto.randomUUID(),
    'x-github-event': 'workflow_run',
    'x-hub-signature-256': world.sign(body),
  };
  const { status } = await fetch(url, { method: 'POST', body, headers });
  if (status !== 200) throw new Error(`the webhook was answered with ${status}`);
  // Tidegate answers before it works, the bare handler afterwards.
  while (world.isBusy) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
