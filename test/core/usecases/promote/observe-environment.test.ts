import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import type { HealthSignal } from '../../../../core/domain/promotion/health.ts';
import { hadFailed } from '../../../../core/usecases/promote/observe-environment.ts';

const { config } = parseConfig(`version: 1
models:
  flights:
    task: binary-classification
    artifact: model.onnx
    data: { label: late }
    evaluate: { dataset: test.parquet, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
    environments:
      - name: staging
        targets: [{ file: staging.yaml, kind: InferenceService, name: flights }]
        health: { from: argocd, context: continuous-delivery/staging, creator: "argo[bot]", settle: 1m, deadline: 30m }
`);
const MINUTE = 60_000;
/** The branch got to `old` at 0, and to `next`, with another version, at an hour. */
const TIPS = [
  { sha: 'next', arrivedAtMs: 60 * MINUTE },
  { sha: 'old', arrivedAtMs: 0 },
];

type Said = Readonly<Record<string, readonly HealthSignal[]>>;

function hasFailed(said: Said): Promise<boolean> {
  const [environment] = config.models.flights?.environments ?? [];
  if (environment === undefined) throw new Error('the configuration has no environment');
  const histories = {
    of: async () => ({ states: [], isWhole: true }),
    tipsSince: async (sinceMs: number) => TIPS.filter(({ arrivedAtMs }) => arrivedAtMs >= sinceMs),
  };
  const checks = { health: async (_: unknown, shas: readonly string[]) => shas.flatMap((sha) => said[sha] ?? []) };
  const state = { sha: 'old', arrivedAtMs: 0, endedAtMs: 60 * MINUTE, values: [] };
  return hadFailed(environment, state, { checks, histories });
}

describe('hadFailed', () => {
  const verified = { state: 'success', atMs: MINUTE } as const;

  it('is false of a version that was verified', async () => {
    expect(await hasFailed({ old: [verified] })).toBe(false);
  });

  it.each(['pending', 'failure'] as const)('does not count a %s about the commit that replaced it', async (state) => {
    // Times are told in whole seconds: it is not later than the end.
    expect(await hasFailed({ old: [verified], next: [{ state, atMs: 60 * MINUTE }] })).toBe(false);
  });

  it('is false of a verified version that was not healthy for a moment when the next one came', async () => {
    expect(await hasFailed({ old: [verified, { state: 'pending', atMs: 60 * MINUTE - 1000 }] })).toBe(false);
  });

  it('is true of a version that was never healthy in time', async () => {
    expect(await hasFailed({ old: [{ state: 'pending', atMs: MINUTE }] })).toBe(true);
    expect(await hasFailed({})).toBe(true);
  });

  it('is true of a version whose last word is failure', async () => {
    expect(await hasFailed({ old: [verified, { state: 'failure', atMs: 10 * MINUTE }] })).toBe(true);
  });
});
