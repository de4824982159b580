import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LuaFactory } from 'wasmoon';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

const FOLDER = join(PROJECT_ROOT, 'templates', 'argocd');
const files = globSync('*.yaml', { cwd: FOLDER }).sort();
const textOf = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
const templateOf = (file: string) => parse(textOf(file));
const SUBSCRIPTION = 'notifications.argoproj.io/subscribe.tidegate-health.github';

/** The Application that a template makes: its own, or that of an ApplicationSet. */
const applications = files
  .filter((file) => file.startsWith('application'))
  .map((file) => ({ file, application: templateOf(file).spec.template ?? templateOf(file) }));

describe.each(applications)('$file', ({ application }) => {
  const { metadata, spec } = application;

  it('is subscribed to the status', () => {
    expect(metadata.annotations).toEqual({ [SUBSCRIPTION]: '' });
  });

  it('syncs what is merged, and lets the fix of a refused commit through', () => {
    expect(spec.syncPolicy).toMatchObject({ automated: { prune: true, selfHeal: true }, retry: { refresh: true } });
  });

  it('refuses a mistyped field instead of dropping it', () => {
    expect(spec.syncPolicy.syncOptions).toContain('ServerSideApply=true');
  });

  it('takes the status to the repository that the bot edits', () => {
    expect((spec.source ?? spec.sources[0]).repoURL).toBe('https://github.com/acme/flights');
  });
});

describe('argocd-notifications-cm.yaml', () => {
  const { data } = templateOf('argocd-notifications-cm.yaml');
  const { github } = parse(data['template.tidegate-health']);
  const [condition, ...others] = parse(data['trigger.tidegate-health']);

  it('sends the template that it has, under the context that the guide names', () => {
    expect(others).toEqual([]);
    expect(condition.send).toEqual(['tidegate-health']);
    expect(github.status.label).toBe('continuous-delivery/{{.app.metadata.name}}');
  });

  it('has no key, only the name of one', () => {
    expect(parse(data['service.github']).privateKey).toBe('$github-privateKey');
    const keys = ['context', 'service.github', 'template.tidegate-health', 'trigger.tidegate-health'];
    expect(Object.keys(data).sort()).toEqual(keys);
  });

  it('links to an address that it sets itself', () => {
    expect(github.status.targetURL).toMatch(/^{{\.context\.argocdUrl}}\//);
    expect(parse(data.context)).toEqual({ argocdUrl: 'https://argocd.example.com' });
  });

  it('is about the commit that was compared, for one source and for several', () => {
    expect(github.revisionPath).toContain('.app.status.sync.revision}}');
    expect(github.revisionPath).toContain('index .app.status.sync.revisions 0');
    expect(github.repoURLPath).toContain('(index .app.spec.sources 0).repoURL');
  });

  it('tells each change of health again, also back to one that was told before', () => {
    for (const part of ['sync.revision', 'operationState.phase', 'sync.status', 'health.lastTransitionTime']) {
      expect(condition.oncePer).toContain(`app.status.${part}`);
    }
  });
});

interface Status {
  readonly modelStatus?: { readonly transitionStatus?: string };
  readonly conditions?: readonly Readonly<Record<string, string>>[];
}

/** Runs the health check as Argo CD does: the object is the global `obj`, the answer is what the chunk returns. */
async function healthOf(status: Status | undefined): Promise<unknown> {
  const key = 'resource.customizations.health.serving.kserve.io_InferenceService';
  const lua = await new LuaFactory().createEngine();
  try {
    // Proxies of arrays are not tables: ipairs has to see what Argo CD gives it.
    await lua.doString(`obj = { status = ${luaOf(status)} }`);
    const { status: health } = await lua.doString(templateOf('argocd-cm.yaml').data[key]);
    return health;
  } finally {
    lua.global.close();
  }
}

function luaOf(value: unknown): string {
  if (value === undefined) return 'nil';
  if (Array.isArray(value)) return `{ ${value.map(luaOf).join(', ')} }`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, part]) => `${name} = ${luaOf(part)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value);
}

const READY = { type: 'Ready', status: 'True' };
const ROLLED_OUT = { type: 'PredictorReady', status: 'True', reason: 'NewReplicaSetAvailable', message: 'done' };
const OLD_PODS_ANSWER = { type: 'PredictorReady', status: 'True', reason: 'MinimumReplicasAvailable' };
const STUCK = { type: 'PredictorReady', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' };
const transition = (transitionStatus: string) => ({ modelStatus: { transitionStatus } });

describe('the health check of argocd-cm.yaml', () => {
  it.each<[string, Status | undefined, string]>([
    ['a service without a status', undefined, 'Progressing'],
    ['a service whose controller has said nothing yet', transition('UpToDate'), 'Progressing'],
    ['a rollout that is done', { ...transition('UpToDate'), conditions: [ROLLED_OUT, READY] }, 'Healthy'],
    ['a service without modelStatus that is ready', { conditions: [READY, ROLLED_OUT] }, 'Healthy'],
    ['Knative, which gives no reason', { conditions: [READY, { type: 'PredictorReady', status: 'True' }] }, 'Healthy'],
    [
      'old pods that answer for new ones',
      { ...transition('UpToDate'), conditions: [OLD_PODS_ANSWER, READY] },
      'Progressing',
    ],
    ['a service that is not ready', { conditions: [{ ...READY, status: 'False' }, ROLLED_OUT] }, 'Progressing'],
    ['a model that is loading', { ...transition('InProgress'), conditions: [READY, ROLLED_OUT] }, 'Progressing'],
    ['pods that do not come up in time', { ...transition('UpToDate'), conditions: [READY, STUCK] }, 'Degraded'],
    ['a model that does not load', { ...transition('BlockedByFailedLoad'), conditions: [READY] }, 'Degraded'],
    ['a spec that is not valid', { ...transition('InvalidSpec'), conditions: [READY, ROLLED_OUT] }, 'Degraded'],
    ['a stopped service', { conditions: [{ type: 'Stopped', status: 'True' }, READY] }, 'Suspended'],
    [
      'a service that is not stopped',
      { conditions: [{ type: 'Stopped', status: 'False' }, READY, ROLLED_OUT] },
      'Healthy',
    ],
  ])('%s', async (_, status, health) => {
    expect(await healthOf(status)).toBe(health);
  });
});

describe('the guide of Argo CD', () => {
  const guide = readFileSync(join(PROJECT_ROOT, 'docs', 'guide', 'argocd.md'), 'utf8');

  it('names every template, and none that is not there', () => {
    const named = [...guide.matchAll(/`([\w-]+\.yaml)`/g)].map(([, name = '']) => name);
    expect([...new Set(named)].sort()).toEqual(files.map((file) => basename(file)));
  });
});
