import type { Sampling } from '../../inference/population.ts';
import { type ColumnValues, columnOfTexts, textsOf } from '../../table/column-values.ts';
import { withClusters } from '../design-effect.ts';
import { measuredName } from '../measured-name.ts';
import { type ColumnProfile, type MeasureOfText, type ProfileResolution, profileColumn } from '../profile-column.ts';
import { measureTexts } from './text-columns.ts';

/** Rules for summing up a measure. */
export interface MeasureSummary {
  readonly resolution: ProfileResolution;
  /** Groups of rows that are one observation each. */
  readonly sampling: Sampling;
}

/**
 * Sums up a measure of texts. Missing texts are missing in `empty` alone: in the other measures only texts are rows, so that
 * a changed share of missing texts is one finding.
 */
export function profileMeasure(
  text: MeasureOfText,
  values: ColumnValues,
  { resolution, sampling }: MeasureSummary,
): ColumnProfile {
  const kind = text.measure === 'empty' ? 'categorical' : 'numeric';
  const profile = profileColumn(measuredName(text.column, text.measure), values, { kind, resolution });
  const found = { ...withClusters(profile, values, sampling), text };
  return text.measure === 'empty' ? found : { ...found, rows: found.rows - found.missing, missing: 0 };
}

/** Sums up a measure of the current texts, as the reference has it. */
export function profileCurrentMeasure(
  text: MeasureOfText,
  column: ColumnValues,
  summary: MeasureSummary,
): ColumnProfile {
  // Where a window has numbers, their texts are measured.
  const texts = column.kind === 'categorical' ? column : columnOfTexts(textsOf(column));
  return profileMeasure(text, measureTexts(texts, text.measure, text.vocabulary), summary);
}
