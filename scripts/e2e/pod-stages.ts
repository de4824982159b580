import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { listAt, valueAt } from './kubernetes-api.ts';
import type { BuiltModule } from './programs.ts';

/** Models that never become ready, by the letter of their digest: they hang, or their server crashes again and again. */
const BAD_MODELS = { hangs: ['b', 'f'], crashes: ['c', '0'] } as const;
/** Duration of loading a model in a pod, in milliseconds. */
const LOADING_MS = 4_000;
const FILES = ['node/fast/node-initialize.yaml', 'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml'];
const POD_FILES = ['pod-ready', 'pod-complete', 'pod-delete'].map((name) => `pod/fast/${name}.yaml`);
/** jq: where the server of a model is told its address, by us (`env`) or by KServe (the annotation). */
const MODEL = '[.spec.containers[].env[]?.value, .metadata.annotations[]?] | map(strings) | join(" ")';

/**
 * kwok's own stages of nodes and pods, but pods take their time, and those with a bad model never become ready: one kind
 * hangs, the other is in a crash loop.
 */
export async function podStages({ source }: BuiltModule): Promise<string> {
  const read = async (file: string) => parse(await readFile(join(source, 'kustomize', 'stage', file), 'utf8'));
  const nodes = await Promise.all(FILES.map(read));
  const [ready, ...others] = await Promise.all(POD_FILES.map(read));
  const loaded = whereModel(ready, { not: [...BAD_MODELS.hangs, ...BAD_MODELS.crashes] });
  const crash = { ...whereModel(ready, { only: BAD_MODELS.crashes }), metadata: { name: 'pod-crash' } };
  crash.spec.next = { statusTemplate: crashTemplate(String(valueAt(ready, ['spec', 'next', 'statusTemplate']))) };
  const stages = [...nodes, loaded, crash, ...others];
  return stages.map((stage) => stringify(stage)).join('---\n');
}

function whereModel(stage: unknown, { not = [], only }: { not?: readonly string[]; only?: readonly string[] }) {
  const isOneOf = (letters: readonly string[]) => `${MODEL} | test("[${letters.join('')}]{64}") | tostring`;
  const conditions = [
    ...(not.length === 0 ? [] : [{ key: isOneOf(not), operator: 'NotIn', values: ['true'] }]),
    ...(only === undefined ? [] : [{ key: isOneOf(only), operator: 'In', values: ['true'] }]),
  ];
  const matchExpressions = [...listAt(stage, ['spec', 'selector', 'matchExpressions']), ...conditions];
  const resourceRef = valueAt(stage, ['spec', 'resourceRef']);
  const spec = {
    resourceRef,
    selector: { matchExpressions },
    delay: { durationMilliseconds: LOADING_MS },
    next: valueAt(stage, ['spec', 'next']),
  };
  return { apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage', metadata: { name: 'pod-ready' }, spec };
}

/** The status of a ready pod, but its containers wait to be started again. */
function crashTemplate(ready: string): string {
  return ready
    .replace(/status: "True"\n(\s+)type: (Ready|ContainersReady)/g, 'status: "False"\n$1type: $2')
    .replace(
      /ready: true\n(\s+)restartCount: 0\n\s+state:\n\s+running:\n\s+startedAt: \{\{ \$now \| Quote \}\}/,
      'ready: false\n$1restartCount: 5\n$1state:\n$1  waiting:\n$1    reason: CrashLoopBackOff\n$1    message: back-off 5m0s restarting failed container',
    );
}
