import {
  aucSql,
  conflictFrom,
  constantSql,
  correlationSql,
  featureColumns,
} from '../../domain/data-schema/across-statements.ts';
import { type CheckPlan, type PlannedColumn, planChecks, relatedTable } from '../../domain/data-schema/check-plan.ts';
import { exampleSql, readExamples } from '../../domain/data-schema/check-statements.ts';
import { percentOf } from '../../domain/data-schema/schema-checks.ts';
import { type SingleFeature, singleAuc, singleR2 } from '../../domain/data-schema/single-feature.ts';
import {
  type DataValidation,
  failuresFirst,
  type Violation,
  validationVerdict,
} from '../../domain/data-schema/violation.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import type { Relation, RelationEngine } from '../../ports/evaluate/relation-engine.ts';
import { type DataCheck, withSensitive } from './check-data.ts';

/** A dataset with the roles of its columns. */
export interface LabelledCheck extends DataCheck {
  readonly task: 'binary-classification' | 'multiclass-classification' | 'regression';
  readonly label: string;
  /** Columns that are not features. */
  readonly exclude: readonly string[];
}

/** Chosen: comparing rows of larger tables takes longer than all other checks together. */
const MOST_ROWS = 5_000_000;
/** Chosen: each feature is sorted by itself. */
const MOST_FEATURES = 500;

/** Adds the checks of rows and columns together: constant columns, conflicting labels, features that predict too well. */
export async function checkWithin(
  found: DataValidation,
  request: LabelledCheck,
  engine: RelationEngine,
): Promise<DataValidation> {
  const schema = withSensitive(request.schema, request.sensitive);
  const plan = planChecks(schema, request.table);
  if (plan.columns.length === 0 || found.rows < 2) return found;
  const table = relatedTable(request.table, plan.columns);
  const relation = await engine.relate(plan.columns.map(({ as, name }) => ({ as, table, column: name })));
  try {
    return await withMore(found, { ...request, schema, plan, relation, rows: found.rows });
  } finally {
    await relation.close();
  }
}

interface Work extends LabelledCheck {
  readonly plan: CheckPlan;
  readonly relation: Relation;
  readonly rows: number;
}

async function withMore(found: DataValidation, work: Work): Promise<DataValidation> {
  const { schema, plan, rows } = work;
  const constants = await constantColumns(work);
  const label = plan.columns.find(({ name }) => name === work.label);
  const features = featureColumns(schema, plan, work);
  const reason = reasonNotTo(work, label, features.length);
  const ofLabel =
    label === undefined || reason !== undefined
      ? []
      : [...(await conflicts(work, label, features)), ...(await leaks(work, label, features))];
  const violations = failuresFirst([...found.violations, ...constants, ...ofLabel]);
  const made = reason === undefined ? 2 : 1;
  return {
    ...found,
    rows,
    checks: found.checks + made + (reason === undefined ? features.length : 0),
    violations,
    verdict: validationVerdict(violations),
    ...(reason === undefined ? {} : { notes: [...(found.notes ?? []), reason] }),
  };
}

/** Why labels are not compared: a clause; undefined where they are. */
function reasonNotTo(
  { rows, label: named }: Work,
  label: PlannedColumn | undefined,
  features: number,
): string | undefined {
  if (label === undefined) return `labels, since the label "${named}" is not a column of the schema that the table has`;
  if (features === 0) return 'labels, since no column of the schema is a feature';
  if (rows > MOST_ROWS) return `labels, of a table of more than ${formatCount(MOST_ROWS)} rows`;
  return features > MOST_FEATURES ? `labels, with more than ${formatCount(MOST_FEATURES)} features` : undefined;
}

async function constantColumns({ plan, schema, relation, rows }: Work): Promise<readonly Violation[]> {
  // A schema that allows one value says that it is meant.
  const asked = plan.columns.filter(({ schema: { values } }) => values?.length !== 1);
  if (asked.length === 0) return [];
  const sql = constantSql(asked, relation.from);
  const answer = await relation.query({ sql, kinds: asked.map(() => 'number' as const) });
  return asked.flatMap(({ name }, at): Violation[] => {
    if (answer[at]?.[0] !== 1) return [];
    const message = `Column "${name}" has the same value in all ${formatCount(rows)} rows.`;
    return [
      {
        check: 'constant',
        column: name,
        severity: schema.across.severity,
        count: rows,
        share: 1,
        message,
        examples: [],
      },
    ];
  });
}

async function conflicts(
  { schema: { across }, relation, rows }: Work,
  label: PlannedColumn,
  features: readonly PlannedColumn[],
): Promise<readonly Violation[]> {
  const from = conflictFrom(features, label, relation.from);
  const sql = `SELECT CAST(COUNT_IF(is_conflict) AS DOUBLE) AS c0 FROM ${from}`;
  const [[counted] = []] = await relation.query({ sql, kinds: ['number'] });
  const count = Number(counted ?? 0);
  const share = count / rows;
  if (count === 0 || share <= across.maxLabelConflicts) return [];
  const [numbers = [], values = []] = await relation.query({
    sql: exampleSql(label, 'is_conflict', from),
    kinds: ['number', 'text'],
  });
  const message = `${formatCount(count)} of ${formatCount(rows)} rows (${percentOf(share)}) have the features of another row and another label; at most ${percentOf(across.maxLabelConflicts)} may.`;
  return [
    {
      check: 'label-conflict',
      column: label.name,
      severity: across.severity,
      count,
      share,
      message,
      examples: readExamples(label, numbers, values),
    },
  ];
}

async function leaks(
  work: Work,
  label: PlannedColumn,
  features: readonly PlannedColumn[],
): Promise<readonly Violation[]> {
  const {
    schema: { across },
    rows,
  } = work;
  const found: Violation[] = [];
  for (const feature of features.filter(
    ({ schema: { type } }) => type === 'integer' || type === 'real' || type === 'boolean',
  )) {
    const measured = await measure(work, label, feature);
    if (measured === undefined || measured.lower <= across.maxSingleFeature) continue;
    const { measure: what, value, lower, upper } = measured;
    const interval = `${percentOf(value)}, 95 % CI ${percentOf(lower)} to ${percentOf(upper)}`;
    const message = `Column "${feature.name}" alone predicts the label too well: ${what} ${interval}, above ${percentOf(across.maxSingleFeature)}. It may hold what is known only after the fact.`;
    found.push({
      check: 'leakage',
      column: feature.name,
      severity: across.severity,
      count: rows,
      share: null,
      message,
      examples: [],
    });
  }
  return found;
}

/** Undefined where it cannot be computed: several classes, or too few rows. */
async function measure(
  { task, relation }: Work,
  label: PlannedColumn,
  feature: PlannedColumn,
): Promise<SingleFeature | undefined> {
  const number = (value: number | string | null | undefined) => (typeof value === 'number' ? value : Number.NaN);
  if (task === 'regression') {
    if (label.schema.type !== 'integer' && label.schema.type !== 'real') return undefined;
    const answer = await relation.query({
      sql: correlationSql(feature, label, relation.from),
      kinds: ['number', 'number'],
    });
    const correlation = number(answer[0]?.[0]);
    return Number.isNaN(correlation) ? undefined : singleR2(correlation, number(answer[1]?.[0]));
  }
  const sql = aucSql(feature, label, relation.from);
  const answer = await relation.query({ sql, kinds: ['number', 'number', 'number', 'number'] });
  const [auc = Number.NaN, ones = Number.NaN, zeros = Number.NaN, classes] = answer.map(([value]) => number(value));
  return classes !== 2 || Number.isNaN(auc) ? undefined : singleAuc(auc, ones, zeros);
}
