import type { DataSchema } from '../../domain/data-schema/data-schema.ts';
import { schemaChanges } from '../../domain/data-schema/schema-changes.ts';
import { sensitiveColumns } from '../../domain/data-schema/schema-checks.ts';
import type { DataValidation } from '../../domain/data-schema/violation.ts';
import type { SchemaFailures } from '../../domain/gate/data-schema-evidence.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { type ReportedValidation, reportedValidation } from '../../reports/data-validation.ts';
import { checkData } from '../data/check-data.ts';
import { checkWithin } from '../data/check-within.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest, NamedDataSchema } from './evaluation-request.ts';

/** A dataset, checked by its data schema. */
export interface ValidatedDataset {
  readonly validation: ReportedValidation;
  readonly failures: SchemaFailures;
  /** By the schema of the base branch. */
  readonly baseFailures: SchemaFailures;
}

/**
 * Checks the evaluation dataset by the schema of this commit, and by that of the base branch where it differs.
 *
 * @returns Undefined where the model names no schema.
 */
export async function validateDataset(
  request: EvaluationRequest,
  table: TableDescription,
  ports: EvaluationPorts,
): Promise<ValidatedDataset | undefined> {
  const { dataSchema } = request;
  if (dataSchema === undefined) return undefined;
  const { data, task } = request.config;
  const nowMs = Date.parse(request.header.createdAt);
  const { path, digest, base } = dataSchema;
  const sensitive = [...hiddenColumns(request)];
  const checked = async (schema: DataSchema) => {
    const asked = { schema, sensitive, table, nowMs };
    const byRow = await checkData(asked, ports.engine);
    return checkWithin(byRow, { ...asked, task, label: data.label, exclude: data.exclude }, ports.engine);
  };
  const own = await checked(dataSchema.schema);
  const changes = base !== null && 'schema' in base ? schemaChanges(base.schema, dataSchema.schema) : [];
  const validation = reportedValidation(own, { path, digest, changes });
  ports.progress(
    `Checked the dataset by ${path}: ${formatCount(validation.failures)} of ${formatCount(validation.checks)} checks failed`,
  );
  return {
    validation,
    failures: validation.failures,
    baseFailures: await byBase(checked, validation.failures, base),
  };
}

/** Columns of which no value is shown: those that tidegate.yaml or the schema marks, here or on the base branch. */
export function hiddenColumns({ config, dataSchema, sensitiveInBase = [] }: EvaluationRequest): ReadonlySet<string> {
  return sensitiveColumns(dataSchema?.schema.columns ?? {}, [...(config.data.sensitive ?? []), ...sensitiveInBase]);
}

async function byBase(
  checked: (schema: DataSchema) => Promise<DataValidation>,
  failures: number,
  base: NamedDataSchema['base'],
): Promise<SchemaFailures> {
  if (base === null) return failures;
  if ('problem' in base) return { unknown: base.problem };
  const { violations } = await checked(base.schema);
  return violations.filter(({ severity }) => severity === 'fail').length;
}
