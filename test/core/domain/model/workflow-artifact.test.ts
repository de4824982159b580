import { describe, expect, it } from 'vitest';
import {
  newestArtifact,
  newestAttemptsFirst,
  type WorkflowArtifactKind,
  workflowArtifactName,
} from '../../../../core/domain/model/workflow-artifact.ts';

const KINDS: readonly WorkflowArtifactKind[] = ['model', 'report', 'version'];
const named = (...names: readonly string[]) => names.map((name) => ({ name }));

describe('newestAttemptsFirst', () => {
  it('finds what workflowArtifactName names, of its model and kind alone', () => {
    // Names that begin or end as others do.
    const models = ['m', 'm-1', '1', 'm-report', 'a/b', 'm-1-model'];
    const all = models.flatMap((model) =>
      KINDS.flatMap((kind) => [1, 2, 11].map((attempt) => workflowArtifactName({ kind, model }, attempt))),
    );
    expect(new Set(all).size).toBe(all.length);
    for (const model of models) {
      for (const kind of KINDS) {
        const found = newestAttemptsFirst({ kind, model }, named(...all));
        expect(found.map(({ artifact }) => artifact.name)).toEqual(
          [11, 2, 1].map((attempt) => workflowArtifactName({ kind, model }, attempt)),
        );
      }
    }
  });

  it.each([
    'tidegate-m-1e0-report',
    'tidegate-m-01-report',
    'tidegate-m-0-report',
    'tidegate-m--1-report',
    'tidegate-m-1',
  ])('leaves out %s', (name) => {
    expect(newestAttemptsFirst({ kind: 'report', model: 'm' }, named(name))).toEqual([]);
  });

  it('refuses two artifacts of one name, whichever is asked for', () => {
    const twice = named('tidegate-m-1-report', 'tidegate-m-2-report', 'tidegate-m-1-report');
    expect(() => newestAttemptsFirst({ kind: 'report', model: 'm' }, twice)).toThrow(
      expect.objectContaining({ code: 'ARTIFACT_DOUBLED' }),
    );
    expect(newestAttemptsFirst({ kind: 'model', model: 'm' }, twice)).toEqual([]);
  });
});

describe('newestArtifact', () => {
  it('is of the highest attempt that is not above the own one', () => {
    const made = named('tidegate-m-1-model', 'tidegate-m-3-model');
    const of = (attempt: number) => newestArtifact({ kind: 'model', model: 'm' }, made, attempt)?.name;
    expect([1, 2, 3, 4].map(of)).toEqual([
      'tidegate-m-1-model',
      'tidegate-m-1-model',
      'tidegate-m-3-model',
      'tidegate-m-3-model',
    ]);
    expect(newestArtifact({ kind: 'model', model: 'm' }, named('tidegate-m-2-model'), 1)).toBeUndefined();
  });
});
