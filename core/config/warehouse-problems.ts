import { notAggregated } from '../domain/evaluation/aggregation-limits.ts';
import { resolveGate } from '../domain/gate/resolve-gate.ts';
import { ruleMetricName } from '../domain/policy/rule-policy.ts';
import { isTableAddress, parseTableReference } from '../domain/warehouse/table-reference.ts';
import { type Problem, UserError } from '../errors.ts';
import type { ScoredModelConfig, TidegateConfig } from './tidegate-config.ts';
import type { PlaceOf } from './yaml-place.ts';

/** A model that is checked, and where it is. */
interface CheckedModel {
  readonly model: ScoredModelConfig;
  readonly path: readonly (string | number)[];
  readonly placeOf: PlaceOf;
}

/**
 * Settings that tables of a warehouse do not support, by their names in tidegate.yaml.
 *
 * @returns Every problem; empty where no table of a warehouse is named.
 */
export function checkWarehouse(config: TidegateConfig, placeOf: PlaceOf): readonly Problem[] {
  return Object.entries(config.models).flatMap(([name, model]) => {
    if (model.task === 'custom') return [];
    const checked = { model, path: ['models', name], placeOf };
    const addresses = addressProblems(checked, config.warehouse !== undefined);
    return addresses.length > 0
      ? addresses
      : [...pathProblems(checked), ...evaluationProblems(checked), ...driftProblems(checked)];
  });
}

function problemAt({ path, placeOf }: CheckedModel, at: readonly string[], said: Omit<Problem, 'place'>): Problem {
  return { ...said, message: `${[...path, ...at].join('.')} ${said.message}`, place: placeOf([...path, ...at]) };
}

/** Each address that names data, by its keys. */
function addressesOf({
  evaluate,
  drift,
}: ScoredModelConfig): readonly (readonly [readonly string[], string | undefined])[] {
  return [
    [['evaluate', 'dataset'], evaluate.dataset],
    [['evaluate', 'predictions'], evaluate.predictions?.path],
    [['drift', 'current'], drift?.current],
    [['drift', 'reference'], drift?.reference],
    [['drift', 'labels'], drift?.labels],
  ];
}

function addressProblems(checked: CheckedModel, hasWarehouse: boolean): readonly Problem[] {
  return addressesOf(checked.model).flatMap(([at, address]) => {
    if (address === undefined || !isTableAddress(address)) return [];
    const reference = parseTableReference(address);
    if ('problem' in reference) {
      const fix = 'Write sql://catalog.schema.table, sql://table@<version> or sql://(SELECT …).';
      return [problemAt(checked, at, { message: `"${address}" ${reference.problem}`, fix })];
    }
    if (hasWarehouse) return [];
    const fix = 'Add warehouse with a dialect, and with url or command, at the top of the file.';
    return [problemAt(checked, at, { message: 'is a table of a warehouse, and warehouse is missing', fix })];
  });
}

/** Predictions are where the dataset is. */
function pathProblems(checked: CheckedModel): readonly Problem[] {
  const { dataset, predictions, key } = checked.model.evaluate;
  const at = ['evaluate', 'predictions'];
  if (!isTableAddress(dataset)) {
    if (predictions === undefined) return [];
    if (predictions.path === undefined) {
      return [problemAt(checked, at, { message: 'names no path', fix: 'Add path: the file with the predictions.' })];
    }
    if (!isTableAddress(predictions.path)) return [];
    const fix = 'Name a table for evaluate.dataset too, or a file for evaluate.predictions.';
    return [problemAt(checked, at, { message: 'is a table of the warehouse, and evaluate.dataset is a file', fix })];
  }
  const address = predictions?.path ?? dataset;
  if (!isTableAddress(address)) {
    const fix = 'Write the predictions to a table of the warehouse, and name it by sql://.';
    return [problemAt(checked, at, { message: 'is a file, and evaluate.dataset is a table of the warehouse', fix })];
  }
  if (address === dataset || key !== undefined) return [];
  const fix = 'Add evaluate.key, a column of both tables that identifies a row.';
  return [problemAt(checked, at, { message: 'is another table than the dataset, and evaluate.key is missing', fix })];
}

function evaluationProblems(checked: CheckedModel): readonly Problem[] {
  const { evaluate } = checked.model;
  if (!isTableAddress(evaluate.dataset)) return [];
  const at = ['evaluate', 'dataset'];
  const keyless = evaluate.key === undefined && evaluate.grouping.kind === 'none';
  const missing = {
    message: 'is a table of the warehouse, whose rows have no number, and evaluate.key is missing',
    fix: 'Add evaluate.key, the column that identifies a row; or evaluate.group or data.time, if rows belong together.',
  };
  return [...(keyless ? [problemAt(checked, at, missing)] : []), ...ruleProblems(checked)];
}

/** Metrics and rules that need rows or a running model. */
function ruleProblems(checked: CheckedModel): readonly Problem[] {
  const { model, path, placeOf } = checked;
  const latencies = model.gate.rules.flatMap((rule, index) => {
    const name = ruleMetricName(rule);
    if (!/^latency_/.test(name)) return [];
    const message = `${[...path, 'gate', 'rules', index].join('.')} limits ${name}, and no model is run where evaluate.dataset is a table of the warehouse`;
    return [{ message, fix: 'Remove this rule.', place: placeOf([...path, 'gate', 'rules', index]) }];
  });
  try {
    const left = notAggregated(model, resolveGate(model, []));
    const rest = left.map((what) =>
      problemAt(checked, ['evaluate', 'dataset'], {
        message: `is a table of the warehouse, where this cannot be computed: ${what}`,
        fix: 'Remove it, or evaluate on a file with a sample of the rows.',
      }),
    );
    return [...latencies, ...rest];
  } catch (error) {
    // What is wrong with the rules themselves is told elsewhere.
    if (error instanceof UserError) return latencies;
    throw error;
  }
}

function driftProblems(checked: CheckedModel): readonly Problem[] {
  const { drift, evaluate, data } = checked.model;
  if (drift === undefined) return [];
  if (drift.labels !== undefined && isTableAddress(drift.labels)) {
    const fix = 'Name a file, or remove it.';
    return [problemAt(checked, ['drift', 'labels'], { message: 'is not read from a table of the warehouse', fix })];
  }
  if (drift.format !== 'table' && isTableAddress(drift.current)) {
    const fix = 'Remove it, or let drift.current name the files of the log.';
    return [problemAt(checked, ['drift', 'format'], { message: 'is of a log, and drift.current is a table', fix })];
  }
  if (drift.predictions !== undefined && isTableAddress(drift.current)) {
    const message = 'is not read from a table of the warehouse';
    const fix = 'Remove it, or let drift.current name files.';
    return [problemAt(checked, ['drift', 'predictions'], { message, fix })];
  }
  const address = [drift.current, drift.reference ?? evaluate.dataset].find((one) => isTableAddress(one));
  if (drift.grouping.kind !== 'none' && address !== undefined) {
    const fix = `Remove it, or name files in place of ${address}.`;
    const message = 'is not computed for tables of the warehouse';
    return [problemAt(checked, ['drift', 'group'], { message, fix })];
  }
  if (data.features === undefined && isTableAddress(drift.reference ?? evaluate.dataset)) {
    const message =
      'is missing: it names the columns that drift is checked for where the reference is a table of the warehouse';
    return [problemAt(checked, ['data', 'features'], { message, fix: 'Add data.features, or remove drift.' })];
  }
  return [];
}
