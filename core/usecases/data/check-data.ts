import { type CheckPlan, planChecks, relatedTable } from '../../domain/data-schema/check-plan.ts';
import {
  type CheckCounts,
  countQuestion,
  exampleSql,
  keyParts,
  readExamples,
  repeatedFrom,
} from '../../domain/data-schema/check-statements.ts';
import type { DataSchema } from '../../domain/data-schema/data-schema.ts';
import { type FoundViolation, judgeChecks, numberOfChecks } from '../../domain/data-schema/judge-checks.ts';
import { sensitiveColumns } from '../../domain/data-schema/schema-checks.ts';
import {
  type DataValidation,
  failuresFirst,
  type Violation,
  validationVerdict,
} from '../../domain/data-schema/violation.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { Relation, RelationEngine } from '../../ports/evaluate/relation-engine.ts';

/** A dataset to check. */
export interface DataCheck {
  readonly schema: DataSchema;
  /** Columns of which no value may be shown, besides those that the schema marks. */
  readonly sensitive: readonly string[];
  readonly table: TableDescription;
  readonly nowMs: number;
}

/** Chosen: no one fixes more at once; the number of all is told. */
const MAX_VIOLATIONS_WITH_EXAMPLES = 50;

/**
 * Checks a table by a schema: one pass counts all violations, and the first rows of each violation are looked up.
 *
 * @throws {UserError} DATA_INVALID for a file that breaks off, DATA_MODIFIED for one that changed, CONFIG_INVALID for a pattern
 *   that is not a regular expression of RE2.
 */
export async function checkData(request: DataCheck, engine: RelationEngine): Promise<DataValidation> {
  const { table, nowMs } = request;
  const schema = withSensitive(request.schema, request.sensitive);
  const plan = planChecks(schema, table);
  const relation = await openRelation(plan, table, engine);
  if (relation === undefined)
    return conclude(schema, plan, judgeChecks(schema, plan, withoutColumns(table), nowMs), table.form?.rows ?? 0);
  try {
    await refusePatterns(schema, relation);
    const question = countQuestion(schema, plan, relation.from);
    const kinds = Array.from({ length: question.width }, () => 'number' as const);
    const answer = await relation.query({ sql: question.sql, kinds });
    const counts = question.read(answer.map(([value]) => (typeof value === 'number' ? value : null)));
    const found = judgeChecks(schema, plan, counts, nowMs);
    return conclude(schema, plan, await withExamples({ found, schema, plan, relation }), counts.rows);
  } finally {
    await relation.close();
  }
}

/** The schema with the columns marked that tidegate.yaml names as sensitive. */
export function withSensitive(schema: DataSchema, named: readonly string[]): DataSchema {
  const hidden = sensitiveColumns(schema.columns, named);
  const columns = Object.entries(schema.columns).map(([name, column]) => [
    name,
    hidden.has(name) ? { ...column, sensitive: true } : column,
  ]);
  return { ...schema, columns: Object.fromEntries(columns) };
}

function conclude(schema: DataSchema, plan: CheckPlan, found: readonly FoundViolation[], rows: number): DataValidation {
  const violations = failuresFirst(found.map(({ violation }) => violation));
  return { rows, checks: numberOfChecks(schema, plan), violations, verdict: validationVerdict(violations) };
}

/** Undefined where no column of the schema can be read. */
async function openRelation(
  { columns }: CheckPlan,
  table: TableDescription,
  engine: RelationEngine,
): Promise<Relation | undefined> {
  if (columns.length === 0) return undefined;
  const related = relatedTable(table, columns);
  return engine.relate(columns.map(({ as, name }) => ({ as, table: related, column: name })));
}

function withoutColumns({ form }: TableDescription): CheckCounts {
  const none = new Map<never, number>();
  return {
    ...{ rows: form?.rows ?? 0, present: none, violated: none, repeated: none, repeatedKeys: 0, newestMs: Number.NaN },
  };
}

/** A pattern is compiled alone first: so that the problem is told by its column. */
async function refusePatterns({ columns }: DataSchema, relation: Relation): Promise<void> {
  for (const [name, { pattern }] of Object.entries(columns)) {
    if (pattern === undefined) continue;
    const sql = `SELECT CAST(regexp_full_match('', '${pattern.replaceAll("'", "''")}') AS DOUBLE) AS c0`;
    await relation.query({ sql, kinds: ['number'] }).catch((cause: unknown) => {
      if (!(cause instanceof UserError) || cause.code !== 'DATA_INVALID') throw cause;
      const message = `columns.${name}.pattern ${JSON.stringify(pattern.slice(0, 100))} is not a regular expression of RE2`;
      throw new UserError('CONFIG_INVALID', message, {
        fix: 'Correct it: RE2 has no look-around and no back-references.',
        cause,
      });
    });
  }
}

interface FoundIn {
  readonly found: readonly FoundViolation[];
  readonly schema: DataSchema;
  readonly plan: CheckPlan;
  readonly relation: Relation;
}

async function withExamples({ found, ...where }: FoundIn): Promise<readonly FoundViolation[]> {
  const shown: FoundViolation[] = [];
  for (const one of found) {
    const isShown = shown.length < MAX_VIOLATIONS_WITH_EXAMPLES;
    shown.push(isShown ? { ...one, violation: { ...one.violation, examples: await examplesOf(one, where) } } : one);
  }
  return shown;
}

async function examplesOf(
  { violation, rowCheck, repeated }: FoundViolation,
  { schema, plan, relation }: Omit<FoundIn, 'found'>,
): Promise<Violation['examples']> {
  const column = plan.columns.find(({ name }) => name === violation.column);
  const ask = async (isViolated: string, from: string) => {
    const sql = exampleSql(column, isViolated, from);
    const [rows = [], values = []] = await relation.query({ sql, kinds: ['number', 'text'] });
    return readExamples(column, rows, values);
  };
  if (rowCheck !== undefined) return ask(rowCheck.isViolated, relation.from);
  if (repeated === undefined) return [];
  const keys = repeated === null ? keyParts(schema, plan) : column === undefined ? [] : [column.values.raw];
  if (keys.length === 0) return [];
  const isThere = repeated === null ? '' : ` AND ${keys[0]} IS NOT NULL`;
  return ask(`is_repeated${isThere}`, repeatedFrom(keys, relation.from));
}
