import { binaryStatements } from '../../core/domain/aggregates/binary-aggregates.ts';
import { checkStatements, medianStatement } from '../../core/domain/aggregates/dataset-checks.ts';
import { errorCellStatement, errorsBelowStatement } from '../../core/domain/aggregates/error-order.ts';
import { labelSql } from '../../core/domain/aggregates/label-sql.ts';
import { multiclassStatements } from '../../core/domain/aggregates/multiclass-aggregates.ts';
import { partOfGroup, partOfRow } from '../../core/domain/aggregates/part-sql.ts';
import { countStatement } from '../../core/domain/aggregates/population-aggregates.ts';
import { regressionStatement } from '../../core/domain/aggregates/regression-aggregates.ts';
import { binsFor, FINE } from '../../core/domain/aggregates/score-bins.ts';
import { cutOf, type DeclaredSlice } from '../../core/domain/aggregates/slice-cut.ts';
import { finiteSql } from '../../core/domain/aggregates/sql-dialect.ts';
import { wholeOf } from '../../core/domain/aggregates/statement.ts';
import {
  windowBinsStatement,
  windowCategoriesSql,
  windowCountsStatement,
} from '../../core/domain/drift/window-statements.ts';
import { findMetric } from '../../core/domain/metrics/metric-registry.ts';
import type { ModelPolicy } from '../../core/domain/policy/model-policy.ts';
import { dialectOf } from '../../core/domain/warehouse/dialects/dialect-of.ts';
import { printableSql } from '../../core/domain/warehouse/printed-answer.ts';
import { binsStatement, rangeStatement, topStatement } from '../../core/domain/warehouse/profile-sql.ts';
import type { DialectName } from '../../core/domain/warehouse/warehouse-dialect.ts';

/** Columns of a relation as a warehouse selects them, with hard names and values, and all statements over them. */
export function everyStatement(name: DialectName): readonly string[] {
  const dialect = dialectOf(name);
  const { identifier, text, double, hash } = dialect;
  const column = (own: string) => `t0.${identifier(own)}`;
  const types = { time: 'timestamp', day: 'date', zoneless: 'timestamp_ntz' };
  const selected = [
    `${double(column('late'))} AS label`,
    `${double(column('weight'))} AS weight`,
    `${text(column('re gion'))} AS s0`,
    `${double(column('a"b'))} AS a0`,
    `${double(column('b'))} AS b0`,
    ...Object.entries(types).map(([own, type], at) => `${double(dialect.epochMs(column(own), type))} AS time_${at}`),
    `CASE WHEN ${column('flag')} THEN 1e0 WHEN NOT ${column('flag')} THEN 0e0 END AS s1`,
    `${hash(text(column('id')))} AS row_no`,
  ];
  const table = dialect.table(['ml', 'scores']);
  const joined = `${table} AS t0 LEFT JOIN (SELECT 1 AS id) AS t1 ON t0.${identifier('id')} = t1.${identifier('id')}`;
  const from = `(SELECT ${selected.join(', ')} FROM ${joined}) AS related`;
  const policy = policyOf(["O'Brien", 'north']);
  const label = labelSql({ raw: 's0', type: 'text' }, policy, dialect);
  const binary = labelSql({ raw: 'label', type: 'integer' }, policyOf(undefined), dialect);
  if (label === undefined || binary === undefined) throw new Error('no label');
  const groups = partOfGroup('s0', ["O'Brien", 'a\\', null], dialect);
  const many = partOfGroup(
    's0',
    Array.from({ length: 600 }, (_, i) => `g${i}`),
    dialect,
  );
  const models = [['a0'], ['b0']];
  const range = { median: 0.1, least: 0.001, most: 0.9 };
  const number = { name: 'a', kind: 'numeric', value: 'a0', type: 'number', centre: -0.5, scale: 2 } as const;
  const category = { name: 's', kind: 'categorical', value: 's0', type: 'text', centre: 0, scale: 1 } as const;
  const windowed = [number, category];
  const windows = { from, time: 'time_0', windowMs: 604_800_000 };
  const known = { from, rows: 1e6, models };
  const checks = { ...known, label: binary, weight: 'weight', time: 'time_0', decisionThreshold: 0.5 };
  const scored = `(SELECT ${binary.value} AS y, weight AS w, ${groups.part} AS part, s0, a0, b0, row_no FROM ${from}${groups.join}) AS scored`;
  const byRow = `(SELECT ${label.value} AS y, ${partOfRow(dialect).part} AS part, ${many.part} AS other, a0, b0, s0 FROM ${from}) AS scored`;
  const relation = { from: scored, label: 'y', weight: 'w', part: 'part', parts: groups.parts };
  const errors = { relation, slice: 1, prediction: 'a0', scale: 0.3 };
  const plain = { from: byRow, label: 'y', weight: null, part: 'part', parts: 512 };
  const plan = {
    shape: binsFor({ median: 0.1, least: 0.001, most: 0.9 }, FINE, 0.5),
    decisionThreshold: 0.5,
    isCalibrated: true,
  };
  const sliced = { declaration: { column: 's', bins: undefined }, sql: 's0', kind: 'text' as const };
  const slices: DeclaredSlice[] = Array.from({ length: 30 }, (_, i) => ({
    key: { column: 's', value: `v'${i}` },
    value: i === 3 ? null : `v'${i}\\`,
  }));
  const few = cutOf(scored, { column: sliced, slices: slices.slice(0, 4), isTotal: false }, dialect);
  const cut = cutOf(scored, { column: sliced, slices, isTotal: false }, dialect);
  const whole = cutOf(scored, { column: sliced, slices: slices.slice(0, 4), isTotal: true }, dialect);
  const checked = checkStatements(checks, dialect);
  const losses = ['mae', 'rmse', 'mape', 'smape', 'poisson_deviance', 'gamma_deviance', 'tweedie_deviance_1.5'];
  const metrics = losses.flatMap((metric) => findMetric(metric, 'regression') ?? []);
  const statements = [
    checked.dataset,
    ...checked.models,
    medianStatement(known, dialect),
    ...Object.values(binaryStatements({ relation, score: 'a0', range, cut: wholeOf(relation) }, plan, dialect)),
    ...Object.values(binaryStatements({ relation: plain, score: 'a0', range, cut: wholeOf(plain) }, plan, dialect)),
    ...Object.values(binaryStatements({ relation, score: 'a0', range, cut }, plan, dialect)),
    ...Object.values(binaryStatements({ relation, score: 'a0', range, cut: few }, plan, dialect)),
    ...Object.values(binaryStatements({ relation, score: 'a0', range, cut: whole }, plan, dialect)),
    ...Object.values(multiclassStatements({ relation, scores: ['a0', 'b0', '1 - a0 - b0'], cut }, dialect)),
    regressionStatement({ relation, prediction: 'a0', cut, centre: -1.5 }, metrics, dialect),
    countStatement({ relation, cut, classes: 2 }, dialect),
    errorCellStatement({ ...errors, cut: wholeOf(relation) }, [], dialect),
    errorCellStatement({ ...errors, cut }, [3, 65_535], dialect),
    errorsBelowStatement({ ...errors, cut }, 1e-9, dialect),
    windowCountsStatement(windows, windowed, dialect),
    windowBinsStatement(windows, number, { first: -3, dialect }),
    binsStatement('a0', { centre: -0.5, scale: 2 }, { from, condition: 'time_0 >= 5', dialect }),
    rangeStatement(['a0', 'b0'], from, dialect),
  ];
  const categories = windowCategoriesSql(windows, category, -3);
  const top = topStatement('s0', 1000, { from, condition: undefined, dialect });
  const types0 = `SELECT ${dialect.typeOf(`t.${identifier('id')}`)} AS c0 FROM (SELECT ${identifier('id')} FROM ${table} AS s LIMIT 1) AS t`;
  return [
    ...statements.map(({ sql, width }) =>
      printableSql(
        sql,
        Array.from({ length: width }, () => 'number' as const),
        dialect,
      ),
    ),
    printableSql(top.sql, ['text', 'number', 'number'], dialect),
    printableSql(categories, ['number', 'text', 'number'], dialect),
    printableSql(types0, ['text'], dialect),
    `SELECT ${finiteSql('a0')} AS c0 FROM ${from}`,
  ];
}

function policyOf(classes: readonly string[] | undefined): ModelPolicy {
  return {
    task: 'binary-classification',
    data: { label: 'label', exclude: [] },
    evaluate: {
      grouping: { kind: 'none' },
      classes,
      decisionThreshold: 0.5,
      slices: [],
      minRows: 1,
      confidence: 0.95,
    },
    gate: { rules: [] },
  };
}
