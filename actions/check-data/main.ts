import { DuckDbTableReader } from '../../core/adapters/duckdb/duckdb-table-reader.ts';
import { sensitiveColumns } from '../../core/domain/data-schema/schema-checks.ts';
import { validationVerdict } from '../../core/domain/data-schema/violation.ts';
import { isTableAddress } from '../../core/domain/warehouse/table-reference.ts';
import { UserError } from '../../core/errors.ts';
import type { DescribeOptions } from '../../core/ports/evaluate/table-reader.ts';
import { renderValidation } from '../../core/render/data-validation.ts';
import { escapeLogLine } from '../../core/render/text/escape.ts';
import { type ReportedValidation, reportedValidation } from '../../core/reports/data-validation.ts';
import { checkBetween } from '../../core/usecases/data/check-between.ts';
import { checkData } from '../../core/usecases/data/check-data.ts';
import { checkWithin } from '../../core/usecases/data/check-within.ts';
import type { ActionContext } from '../action-context.ts';
import { DEFAULT_SCHEMA_PATH, type ReadDataSchema, readDataSchema } from '../data-schema-file.ts';
import { fetchTable } from '../fetch-table.ts';
import { type InputValues, readInputs } from '../inputs.ts';
import { type LoadedModel, loadOptionalModel } from '../load-model.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { writeSchema } from './write-schema.ts';

type Values = InputValues<typeof inputs>;

/** Checks a dataset, or writes a first schema; a violation is a result, so everything is written before the step fails. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const loaded = await loadOptionalModel(context, values.model);
  const asked = { context, values, loaded, schemaPath: schemaPathOf(values, loaded) };
  const { env, nodeModules, log } = context;
  const tables = new DuckDbTableReader({ env, nodeModules, log: (line) => log.info(line) });
  try {
    if (values.infer === true) await infer(asked, tables);
    else await check(asked, tables);
  } finally {
    await tables.close();
  }
}

interface Asked {
  readonly context: ActionContext;
  readonly values: Values;
  readonly loaded: LoadedModel | undefined;
  readonly schemaPath: string;
}

function schemaPathOf({ schema }: Values, loaded: LoadedModel | undefined): string {
  return schema ?? dataOf(loaded)?.schema ?? DEFAULT_SCHEMA_PATH;
}

/** Roles of columns; undefined without a tidegate.yaml, and for a model that has no dataset. */
function dataOf(loaded: LoadedModel | undefined) {
  return loaded === undefined || loaded.model.task === 'custom' ? undefined : loaded.model.data;
}

async function infer({ context, values, loaded, schemaPath }: Asked, tables: DuckDbTableReader): Promise<void> {
  const { shown, table } = await describe({ context, values, loaded, schemaPath }, { tables });
  const data = dataOf(loaded);
  const rows = await writeSchema(
    { table, source: shown, sensitive: data?.sensitive ?? [], time: data?.time, key: [] },
    { path: schemaPath, workingDirectory: context.workingDirectory, mayReplace: values.force === true, engine: tables },
  );
  outputs.write(context, { verdict: null, rows, violations: '[]', 'schema-path': schemaPath });
  context.log.info(`Wrote ${schemaPath} from ${rows} rows of ${shown}. Review it, and commit it.`);
}

async function check(asked: Asked, tables: DuckDbTableReader): Promise<void> {
  const { context, schemaPath } = asked;
  const read = await readDataSchema(context, schemaPath);
  const { shown, table } = await describe(asked, { tables, read });
  context.log.info(`Checking ${shown} by ${schemaPath}`);
  const validation = await validate(asked, { read, table, tables });
  outputs.write(context, {
    verdict: validation.verdict,
    rows: validation.rows,
    violations: JSON.stringify(validation.violations),
    'schema-path': schemaPath,
  });
  await context.appendSummary(`## Data check: ${validation.verdict}\n\n${renderValidation(validation)}\n`);
  if (validation.verdict === 'fail') context.fail(escapeLogLine(`${shown}: ${failureLine(validation)}`));
  else context.log.info(escapeLogLine(`${shown}: ${validation.verdict}`));
}

/** Number of failed checks, and the first of them in words. */
function failureLine({ failures, checks, schema, violations }: ReportedValidation): string {
  const [first] = violations;
  const counted = `${failures} of ${checks} checks of ${schema.path} failed`;
  const what = first === undefined ? '' : `${failures === 1 ? '' : ', first'}: ${first.message}`;
  return `${counted}${what}`;
}

interface Validating {
  readonly read: ReadDataSchema;
  readonly table: Awaited<ReturnType<DuckDbTableReader['describe']>>;
  readonly tables: DuckDbTableReader;
}

async function validate(
  { context, values, loaded }: Asked,
  { read, table, tables }: Validating,
): Promise<ReportedValidation> {
  const data = dataOf(loaded);
  const task = loaded?.model.task;
  const request = { schema: read.schema, sensitive: data?.sensitive ?? [], table, nowMs: Date.now() };
  const byRow = await checkData(request, tables);
  const hasLabel = data !== undefined && task !== undefined && task !== 'custom';
  const within = hasLabel
    ? await checkWithin(byRow, { ...request, task, label: data.label, exclude: data.exclude }, tables)
    : byRow;
  if (values.train === undefined) return reported(within, read);
  const train = await fetched(context, values.train, 'train');
  const trainTable = await tables.describe(train.absolute, reading(loaded, read));
  const violations = await checkBetween({ ...request, train: trainTable }, { engine: tables, tables });
  const all = [...within.violations, ...violations.found];
  const checks = within.checks + violations.checks;
  return reported({ ...within, checks, violations: all, verdict: validationVerdict(all) }, read);
}

function reported(validation: Parameters<typeof reportedValidation>[0], { path, digest }: ReadDataSchema) {
  return reportedValidation(validation, { path, digest, changes: [] });
}

/** Format of the tables; with the care that sensitive columns need. */
function reading(loaded: LoadedModel | undefined, read: ReadDataSchema | undefined): DescribeOptions {
  const data = dataOf(loaded);
  const sensitive = sensitiveColumns(read?.schema.columns ?? {}, data?.sensitive ?? []);
  return { ...data?.csv, hidesValues: sensitive.size > 0 };
}

async function describe(
  { context, values, loaded }: Asked,
  { tables, read }: { readonly tables: DuckDbTableReader; readonly read?: ReadDataSchema },
) {
  const named = loaded === undefined || loaded.model.task === 'custom' ? undefined : loaded.model.evaluate.dataset;
  const shown = values.data ?? named;
  if (shown === undefined) {
    throw new UserError('INPUT_INVALID', 'no dataset is named', {
      fix: 'Set the input data to a path, such as data/train.csv.',
    });
  }
  const { absolute } = await fetched(context, shown, 'data');
  return { shown, table: await tables.describe(absolute, reading(loaded, read)) };
}

function fetched(context: ActionContext, shown: string, folder: string) {
  if (isTableAddress(shown)) {
    throw new UserError('DATA_UNSUPPORTED', `${shown} is a table of the warehouse, and a data schema checks files`, {
      fix: 'Name a file, a folder or a glob.',
    });
  }
  return fetchTable(context, shown, { folder: `check-${folder}`, fix: 'Check the inputs data and train.' });
}
