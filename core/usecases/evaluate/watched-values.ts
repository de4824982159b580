import type { DriftConfig } from '../../config/drift-config.ts';
import { withClusters } from '../../domain/drift/design-effect.ts';
import { measuredName, takenNames } from '../../domain/drift/measured-name.ts';
import {
  type ColumnProfile,
  isCategorical,
  type MeasureOfText,
  type MeasureOfTime,
  type ProfileResolution,
  profileColumn,
} from '../../domain/drift/profile-column.ts';
import { profileTimes } from '../../domain/drift/profile-times.ts';
import { profileMeasure } from '../../domain/drift/text/profile-text.ts';
import { isFreeText, measureReference, type Texts } from '../../domain/drift/text/text-columns.ts';
import { TEXT_MEASURES } from '../../domain/drift/text/text-measures.ts';
import type { Sampling } from '../../domain/inference/population.ts';
import type { ColumnValues } from '../../domain/table/column-values.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { isTableAddress } from '../../domain/warehouse/table-reference.ts';
import { UserError } from '../../errors.ts';

/** A column of a profile, with its values. */
export interface Watched {
  readonly name: string;
  readonly values: ColumnValues;
  readonly kind: ColumnProfile['kind'];
  readonly text?: MeasureOfText;
  readonly time?: MeasureOfTime;
}

/** Columns of texts, and those whose words are not kept. */
export interface TextRules {
  /** `drift.text`; undefined: by the look of the texts. */
  readonly text?: readonly string[] | undefined;
  readonly sensitive?: ReadonlySet<string> | undefined;
}

/** Columns whose measures a configuration asks for. */
export interface MeasuredColumns {
  readonly text: readonly string[] | undefined;
  readonly times: readonly string[] | undefined;
}

/**
 * The columns of which a configuration means measures; undefined: all that look so. Where the current data are a table of a
 * warehouse, in which none are computed, only those that it names.
 */
export function measuredColumnsOf(drift: Pick<DriftConfig, 'text' | 'times' | 'current'> | undefined): MeasuredColumns {
  const others = drift !== undefined && isTableAddress(drift.current) ? [] : undefined;
  return { text: drift?.text ?? others, times: drift?.times ?? others };
}

/** A table with the columns that are watched. */
export interface WatchedTable extends TextRules {
  readonly table: TableDescription;
  readonly names: readonly string[];
  readonly sampling: Sampling;
}

/** The columns of a profile: those of the table, and the measures of texts in the place of each column of text. */
export function watchedValues(watched: WatchedTable, columns: ReadonlyMap<string, ColumnValues>): readonly Watched[] {
  return watched.names.flatMap((name): readonly Watched[] => {
    const values = columns.get(name);
    if (values === undefined) return [];
    const isText = typeOf(watched.table, name) === 'text' && values.kind === 'categorical';
    return isText && isMeasured(name, values, watched)
      ? textMeasures(name, values, watched)
      : [{ name, values, kind: kindOf(watched.table, name, values) }];
  });
}

function isMeasured(name: string, values: Texts, { table, text }: WatchedTable): boolean {
  if (text !== undefined) return text.includes(name);
  return namesOfMeasures(table, name).length === 0 && isFreeText(values);
}

function textMeasures(column: string, texts: Texts, { sampling, sensitive }: WatchedTable): readonly Watched[] {
  const isSensitive = sensitive?.has(column) === true;
  return measureReference(texts, { sampling, isSensitive }).map(({ measure, values, vocabulary }) => ({
    name: measuredName(column, measure),
    values,
    kind: measure === 'empty' ? 'categorical' : 'numeric',
    text: { column, measure, ...(vocabulary === undefined ? {} : { vocabulary }) },
  }));
}

/**
 * Refuses what `drift.text` names and the reference does not have as text.
 *
 * @param names Columns that are watched.
 * @throws {UserError} DATA_INVALID for another column, and where a measure would have the name of a column.
 */
export function refuseOtherTexts(table: TableDescription, names: readonly string[], { text = [] }: TextRules): void {
  for (const name of text) {
    if (!names.includes(name) || typeOf(table, name) !== 'text') {
      throw new UserError(
        'DATA_INVALID',
        `the reference has no watched column of text ${name}, which drift.text names`,
        {
          fix: `Remove ${name} from drift.text, or give the reference a column of texts of this name that data.exclude does not name.`,
        },
      );
    }
    const [taken] = namesOfMeasures(table, name);
    if (taken === undefined) continue;
    throw new UserError('DATA_INVALID', `the reference has a column ${taken}, the name of a measure of ${name}`, {
      fix: `Rename the column ${taken}, or remove ${name} from drift.text.`,
    });
  }
}

/** Columns of a table with the name of a measure of the texts of another one. */
function namesOfMeasures({ columns }: TableDescription, column: string): readonly string[] {
  return takenNames(
    columns.map(({ name }) => name),
    { column, measures: TEXT_MEASURES },
  );
}

/** The summaries of columns. */
export function summarizeWatched(
  watched: readonly Watched[],
  resolution: ProfileResolution,
  sampling: Sampling,
): readonly ColumnProfile[] {
  return watched.map(({ name, values, kind, text, time }) => {
    if (text !== undefined) return profileMeasure(text, values, { resolution, sampling });
    if (time !== undefined) return profileTimes(time, values, { resolution, sampling });
    return withClusters(profileColumn(name, values, { kind, resolution }), values, sampling);
  });
}

function typeOf(table: TableDescription, name: string): string | undefined {
  return table.columns.find((column) => column.name === name)?.type;
}

function kindOf(table: TableDescription, name: string, values: ColumnValues): ColumnProfile['kind'] {
  return isCategorical(values, typeOf(table, name) === 'integer') ? 'categorical' : 'numeric';
}
