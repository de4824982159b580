import { normalQuantile } from '../../statistics/normal.ts';
import { shareMissing } from '../profile-column.ts';
import type { DriftEffect } from './drift-effect.ts';

/** Chosen: a share that a window had none of may still be about this. */
const LEAST_SHARE = 0.01;

/** The difference of the shares of missing values, 0 to 1. */
export const missingShare: DriftEffect = {
  name: 'missing',
  label: 'missing',
  columns: 'any',
  // Chosen: a twentieth of the rows.
  defaultFloor: 0.05,
  measure: (reference, current) => {
    if (reference.rows === 0 || current.rows === 0) return undefined;
    const [before, now] = [shareMissing(reference), shareMissing(current)];
    const variance = (before * (1 - before)) / reference.rows + (now * (1 - now)) / current.rows;
    return { value: Math.abs(now - before), standardError: Math.sqrt(variance) };
  },
  visible: ({ pValue, perRow, missing }) => {
    const share = Math.max(missing, LEAST_SHARE);
    return normalQuantile(1 - pValue / 2) * Math.sqrt(share * (1 - share) * perRow);
  },
};
