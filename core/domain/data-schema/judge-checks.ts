import { formatCount } from '../text/format-number.ts';
import { nearest } from '../text/nearest.ts';
import { DAY_MS } from '../time/day.ts';
import { formatInstant } from '../time/instant.ts';
import type { CheckPlan } from './check-plan.ts';
import type { CheckCounts } from './check-statements.ts';
import type { DataSchema } from './data-schema.ts';
import { type CheckKind, percentOf, type RowCheck, rangeWords } from './schema-checks.ts';
import type { Violation } from './violation.ts';

/** Rounding of a share of whole numbers. */
const TOLERANCE = 1e-9;

/** True if more rows violate a check than it allows. */
function isBeyond(count: number, of: number, allowed: number): boolean {
  return count > 0 && count > allowed * of + TOLERANCE * of;
}

/** A violation with the check that it is of, for those whose rows are shown. */
export interface FoundViolation {
  readonly violation: Violation;
  readonly rowCheck?: RowCheck;
  /** Column whose repeated values are shown; null: the key. */
  readonly repeated?: string | null;
}

/** Violations of the checks of a schema, without example rows. */
export function judgeChecks(
  schema: DataSchema,
  plan: CheckPlan,
  counts: CheckCounts,
  nowMs: number,
): readonly FoundViolation[] {
  return [
    ...structureViolations(schema, plan, counts.rows),
    ...rowCheckViolations(plan, counts),
    ...uniqueViolations(schema, plan, counts),
    ...freshnessViolations(schema, counts, nowMs),
  ];
}

/** Number of checks of a plan. */
export function numberOfChecks(schema: DataSchema, plan: CheckPlan): number {
  const declared = Object.keys(schema.columns).length;
  const ofRows = plan.columns.reduce(
    (sum, { checks, schema: { unique } }) => sum + checks.length + (unique ? 1 : 0),
    0,
  );
  const hasExtra = schema.extraColumns === 'allow' ? 0 : 1;
  const ofTable = 1 + hasExtra + (schema.key.length > 0 ? 1 : 0) + (schema.time?.maxAge === undefined ? 0 : 1);
  return declared + ofRows + ofTable;
}

function tableViolation(
  check: CheckKind,
  severity: Violation['severity'],
  count: number,
  message: string,
): FoundViolation {
  return { violation: { check, severity, count, share: null, message, examples: [] } };
}

function structureViolations(schema: DataSchema, plan: CheckPlan, rows: number): readonly FoundViolation[] {
  const {
    rows: { min, max, severity },
    extraColumns,
    columns,
  } = schema;
  const isFew = rows < Math.max(1, min ?? 0);
  const isMany = max !== undefined && rows > max;
  const demand = rangeWords(min ?? 1, max);
  const missing = plan.absent.filter((name) => columns[name]?.required === true);
  return [
    ...(isFew || isMany
      ? [
          tableViolation(
            'rows',
            rows === 0 ? 'fail' : severity,
            rows,
            `The table has ${formatCount(rows)} rows; it must have ${demand}.`,
          ),
        ]
      : []),
    ...missing.map((name) => {
      const near = nearest(name, plan.extra);
      const hint = near === undefined ? '' : ` The table has "${near}", which the schema does not name.`;
      const message = `Column "${name}" is not in the table.${hint}`;
      return columnViolation('column', name, columns[name]?.severity ?? 'fail', rows, message);
    }),
    ...plan.unreadable.map(({ name, unreadable = 'holds nested values' }) =>
      columnViolation(
        'type',
        name,
        columns[name]?.severity ?? 'fail',
        rows,
        `Column "${name}" ${unreadable}; it must be of type ${columns[name]?.type}.`,
      ),
    ),
    ...(extraColumns === 'allow'
      ? []
      : plan.extra.map((name) =>
          columnViolation('extra-column', name, extraColumns, rows, `Column "${name}" is not in the schema.`),
        )),
  ];
}

function columnViolation(
  check: CheckKind,
  column: string,
  severity: Violation['severity'],
  count: number,
  message: string,
): FoundViolation {
  return { violation: { check, column, severity, count, share: null, message, examples: [] } };
}

function rowCheckViolations(plan: CheckPlan, counts: CheckCounts): readonly FoundViolation[] {
  return plan.columns.flatMap(({ name, checks }) =>
    checks.flatMap((rowCheck): FoundViolation[] => {
      const { kind, severity, demand, allowed } = rowCheck;
      const count = counts.violated.get(rowCheck) ?? 0;
      const of = rowCheck.of === 'rows' ? counts.rows : (counts.present.get(name) ?? 0);
      if (!isBeyond(count, of, allowed)) return [];
      const said = `${formatCount(count)} of ${formatCount(of)} ${rowCheck.of === 'rows' ? 'rows' : 'values'} (${percentOf(count / of)})`;
      const tolerance = allowed > 0 && kind !== 'missing' ? ` At most ${percentOf(allowed)} may differ.` : '';
      const message =
        kind === 'missing'
          ? `Column "${name}" is missing in ${said}; it must be ${demand}.`
          : `Column "${name}": ${said} are not ${demand}.${tolerance}`;
      const violation: Violation = {
        check: kind,
        column: name,
        severity,
        count,
        share: count / of,
        message,
        examples: [],
      };
      return [{ violation, rowCheck }];
    }),
  );
}

function uniqueViolations(schema: DataSchema, plan: CheckPlan, counts: CheckCounts): readonly FoundViolation[] {
  const ofColumns = plan.columns.flatMap(({ name, schema: { severity, mostly } }): FoundViolation[] => {
    const count = counts.repeated.get(name) ?? 0;
    const of = counts.present.get(name) ?? 0;
    if (!isBeyond(count, of, 1 - mostly)) return [];
    const message = `Column "${name}": ${formatCount(count)} of ${formatCount(of)} values (${percentOf(count / of)}) are there before; each must be unique.`;
    return [
      {
        violation: { check: 'unique', column: name, severity, count, share: count / of, message, examples: [] },
        repeated: name,
      },
    ];
  });
  const { repeatedKeys: count, rows } = counts;
  const unread = schema.key.find((name) => !plan.columns.some((column) => column.name === name));
  if (unread !== undefined) {
    const message = `The key (${schema.key.join(', ')}) was not checked: the table has no column "${unread}" that can be read.`;
    return [...ofColumns, tableViolation('key', 'fail', rows, message)];
  }
  if (count === 0) return ofColumns;
  const message = `${formatCount(count)} of ${formatCount(rows)} rows (${percentOf(count / rows)}) have the key (${schema.key.join(', ')}) of an earlier row.`;
  const violation: Violation = { check: 'key', severity: 'fail', count, share: count / rows, message, examples: [] };
  return [...ofColumns, { violation, repeated: null }];
}

/** Chosen: local time that is written as UTC is up to 14 hours ahead; more is a wrong time, which would look fresh forever. */
const CLOCK_SKEW_MS = DAY_MS;

function freshnessViolations(
  { time, columns }: DataSchema,
  { newestMs }: CheckCounts,
  nowMs: number,
): readonly FoundViolation[] {
  if (time?.maxAge === undefined) return [];
  const { column, maxAge, severity } = time;
  const limit = `at most ${daysOf(maxAge)}`;
  if (Number.isNaN(newestMs)) {
    return [
      columnViolation(
        'freshness',
        column,
        severity,
        0,
        `Column "${column}" has no time; the newest must be ${limit} old.`,
      ),
    ];
  }
  const isHidden = columns[column]?.sensitive === true;
  const newest = isHidden ? 'The newest row' : `The newest row, of ${formatInstant(newestMs)},`;
  if (newestMs - nowMs > CLOCK_SKEW_MS) {
    const message = `${newest} is in the future by "${column}", so that the age of the data is not known.`;
    return [columnViolation('freshness', column, severity, 0, message)];
  }
  if (nowMs - newestMs <= maxAge) return [];
  return [
    columnViolation(
      'freshness',
      column,
      severity,
      0,
      `${newest} is ${daysOf(nowMs - newestMs)} old by "${column}"; it must be ${limit} old.`,
    ),
  ];
}

function daysOf(ms: number): string {
  const hours = ms / 3_600_000;
  return hours < 48 ? `${Math.ceil(hours)} hours` : `${formatCount(Math.ceil(ms / DAY_MS))} days`;
}
