import { cramersV } from './effects/cramers-v.ts';
import type { DriftEffect, DriftEffectName } from './effects/drift-effect.ts';
import { hellinger } from './effects/hellinger.ts';
import { jensenShannon } from './effects/jensen-shannon.ts';
import { kolmogorovSmirnovEffect } from './effects/kolmogorov-smirnov.ts';
import { missingShare } from './effects/missing-share.ts';
import { populationStability } from './effects/population-stability.ts';
import { totalVariation } from './effects/total-variation.ts';
import { wasserstein } from './effects/wasserstein.ts';

/** The effects by name, one file each. */
export const DRIFT_EFFECTS: Readonly<Record<DriftEffectName, DriftEffect>> = {
  ks: kolmogorovSmirnovEffect,
  wasserstein,
  psi: populationStability,
  'jensen-shannon': jensenShannon,
  hellinger,
  'total-variation': totalVariation,
  'cramers-v': cramersV,
  missing: missingShare,
};

/** The name of an effect for people; an unknown one stays as it is. */
export function effectLabel(name: string): string {
  return Object.values(DRIFT_EFFECTS).find((effect) => effect.name === name)?.label ?? name;
}
