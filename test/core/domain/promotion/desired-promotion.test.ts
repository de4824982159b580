import { describe, expect, it } from 'vitest';
import type { UnmetCondition } from '../../../../core/domain/promotion/conditions.ts';
import { desiredPromotions, type EnvironmentFacts } from '../../../../core/domain/promotion/desired-promotion.ts';
import { decidePromotionCheck } from '../../../../core/domain/promotion/promotion-check.ts';
import type { VersionContent } from '../../../../core/domain/registry/same-content.ts';

type Version = VersionContent;

const version = (number: string, digest = number): Version => ({
  version: number,
  artifactDigest: digest,
  artifactUri: `s3://m/${digest}`,
});
const [V1, V2, V3] = [version('1.0.0'), version('1.1.0'), version('2.0.0')];

function environment(name: string, facts: Partial<EnvironmentFacts<Version>> = {}): EnvironmentFacts<Version> {
  const nothing = { after: [], running: undefined, disagrees: false, declined: [], merged: [], held: [] };
  return { name, proposed: undefined, ...nothing, ...facts };
}

/** What is open where, or why nothing is. */
function desired(newest: Version | undefined, ...environments: readonly EnvironmentFacts<Version>[]) {
  return desiredPromotions(newest, environments).map((one) =>
    one.kind === 'open' ? `${one.environment}: v${one.version.version} for v${one.replaces?.version}` : one.reason,
  );
}

describe('desiredPromotions', () => {
  it('brings the newest version to the first environment, and what that one runs to the next', () => {
    const production = environment('production', { after: ['staging'], running: V1 });
    expect(desired(V3, environment('staging', { running: V2 }), production)).toEqual([
      'staging: v2.0.0 for v1.1.0',
      'production: v1.1.0 for v1.0.0',
    ]);
  });

  it('takes the same digest of another repository or URI for another version', () => {
    const image = (repository: string) => ({ ...V2, image: { repository, digest: 'sha256:1' } });
    const promoted = (running: Version) => desired(image('r/m'), environment('staging', { running }))[0];
    expect(promoted(image('r/m'))).toBe('runs v1.1.0');
    expect(promoted({ ...image('r/m'), artifactUri: 's3://elsewhere' })).toBe('staging: v1.1.0 for v1.1.0');
    expect(promoted(image('evil/m'))).toBe('staging: v1.1.0 for v1.1.0');
  });

  it('wants nothing where the version runs already, under whatever number', () => {
    expect(desired(V2, environment('staging', { running: version('1.0.5', '1.1.0') }))).toEqual(['runs v1.1.0']);
  });

  it('never goes back to an older version, by number and not by letters', () => {
    expect(desired(version('1.9.0'), environment('staging', { running: version('1.10.0') }))).toEqual([
      'runs v1.10.0, which is newer',
    ]);
  });

  it('takes a closed pull request for a no, and a revert for another', () => {
    expect(desired(V2, environment('staging', { running: V1, declined: ['1.1.0'] }))[0]).toContain('was declined');
    expect(desired(V2, environment('staging', { running: V1, merged: ['1.1.0'] }))[0]).toContain('reverted in Git');
    expect(desired(V3, environment('staging', { running: V1, declined: ['1.1.0'] }))).toEqual([
      'staging: v2.0.0 for v1.0.0',
    ]);
  });

  it('waits until all upstream environments hold the same bytes', () => {
    const upstream = (running: Version | undefined) => environment('eu', { running });
    const production = environment('production', { after: ['eu', 'us'], running: V1 });
    const us = environment('us', { running: V2 });
    expect(desired(V2, upstream(V1), us, production)[2]).toBe('waits for eu, us');
    expect(desired(V2, upstream(undefined), us, production)[2]).toBe('waits for eu, us');
    expect(desired(V2, upstream(V2), us, production)[2]).toBe('production: v1.1.0 for v1.0.0');
  });

  it('leaves an environment alone whose targets disagree, and one without any version to come', () => {
    expect(desired(V2, environment('staging', { disagrees: true }))).toEqual(['its targets name different versions']);
    expect(desired(undefined, environment('staging'))).toEqual(['no version is registered']);
  });

  it('opens nothing for what is held, and leaves alone what is open already', () => {
    const held = { running: V1, held: [V2.artifactDigest] };
    expect(desired(V2, environment('staging', held))).toEqual(['v1.1.0 is held']);
    expect(desired(V2, environment('staging', { ...held, proposed: '1.1.0' }))).toEqual(['staging: v1.1.0 for v1.0.0']);
  });

  it('opens nothing for a held version, and lets an open pull request stand', () => {
    const held = { held: ['2.0.0'] };
    expect(desired(V3, environment('staging', held))).toEqual(['v2.0.0 is held']);
    expect(desired(V3, environment('staging', { ...held, proposed: '2.0.0' }))).toEqual([
      'staging: v2.0.0 for vundefined',
    ]);
    expect(desired(V3, environment('staging', { held: ['1.1.0'] }))).toEqual(['staging: v2.0.0 for vundefined']);
  });

  it('gives the same answer to the same facts', () => {
    const facts = [environment('staging', { running: V1 })];
    expect(desiredPromotions(V2, facts)).toEqual(desiredPromotions(V2, facts));
  });
});

describe('decidePromotionCheck', () => {
  const passing = { kind: 'version' as const, version: '1.1.0', waiting: [] };
  const change = { model: 'm', environment: 'production', outcome: passing };

  it('succeeds at once where no target changes, and where nothing waits', () => {
    expect(decidePromotionCheck([]).conclusion).toBe('success');
    expect(decidePromotionCheck([change]).conclusion).toBe('success');
  });

  it('fails where a target would name no version, whatever else waits', () => {
    const unknown = { ...change, outcome: { kind: 'refused' as const, reason: 'names "latest"' } };
    const { conclusion, findings } = decidePromotionCheck([change, unknown]);
    expect(conclusion).toBe('failure');
    expect(findings.join()).toContain('names "latest"');
  });

  it('says where it goes back to, and waits for what still holds that', () => {
    const since = '2026-11-20T00:00:00.000Z';
    const back = (waiting: readonly UnmetCondition[]) => ({
      ...change,
      outcome: { kind: 'back' as const, to: 'v1.0.0', since, waiting },
    });
    expect(decidePromotionCheck([back([])])).toMatchObject({ conclusion: 'success' });
    expect(decidePromotionCheck([back([])]).findings.join()).toContain(
      `rolls back to v1.0.0, which the default branch had from ${since}`,
    );
    const hold = { kind: 'hold' as const, reason: '#4 holds this version', untilMs: undefined };
    expect(decidePromotionCheck([back([hold])])).toMatchObject({ conclusion: 'pending' });
  });
});
