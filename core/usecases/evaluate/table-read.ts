import type { TableDescription } from '../../domain/table/table.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';

/** Chosen: as many columns as a report lists, and a person reads in a line. */
const REPORTED_COLUMNS = 1000;
const SHOWN_COLUMNS = 20;
const FORMATS = { csv: 'CSV', parquet: 'Parquet', jsonl: 'JSON lines' } as const;

/** Description of how a table was read, for the report; empty if the reader gives none. */
export function readReport({ form, columns }: TableDescription): Pick<EvaluationReport['dataset'], 'read'> {
  if (form === undefined) return {};
  const { missing, ...read } = form;
  return {
    read: {
      ...read,
      types: Object.fromEntries(columns.slice(0, REPORTED_COLUMNS).map(({ name, type }) => [name, type])),
      ...(missing === undefined ? {} : { missing: { ...missing } }),
    },
  };
}

/** The same in one line of the log; undefined where the reader does not say. */
export function readLine(shown: string, { form, columns }: TableDescription): string | undefined {
  if (form === undefined) return undefined;
  const named = columns.slice(0, SHOWN_COLUMNS).map(({ name, type }) => `${name} (${type})`);
  const more = columns.length > SHOWN_COLUMNS ? [`${columns.length - SHOWN_COLUMNS} more`] : [];
  const delimiter = form.delimiter === undefined ? '' : ` with delimiter ${JSON.stringify(form.delimiter)}`;
  return `${shown}: ${FORMATS[form.format]}${delimiter}, ${formatCount(form.rows)} rows, columns ${[...named, ...more].join(', ')}`;
}
