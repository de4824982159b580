import type { AggregatedRows } from '../../domain/aggregates/aggregated-rows.ts';
import { isOfCalibration, isOfPairs, isOfRanking } from '../../domain/aggregates/aggregation-plan.ts';
import {
  type CheckStatements,
  checkStatements,
  type DatasetFacts,
  medianStatement,
  type ScoreFacts,
} from '../../domain/aggregates/dataset-checks.ts';
import { labelSql } from '../../domain/aggregates/label-sql.ts';
import {
  type GroupValue,
  groupSql,
  MOST_PARTS,
  type PartSql,
  partOfGroup,
  partOfRow,
} from '../../domain/aggregates/part-sql.ts';
import type { SlicedColumn } from '../../domain/aggregates/slice-cut.ts';
import { refuseScores, scoreFactsProblem } from '../../domain/evaluation/checked-scores.ts';
import { withoutTimes } from '../../domain/evaluation/cluster-rows.ts';
import { refuseWeightless } from '../../domain/evaluation/read-outcome.ts';
import type { Metric } from '../../domain/metrics/metric.ts';
import { columnsOfGrouping } from '../../domain/policy/grouping.ts';
import type { ModelPolicy } from '../../domain/policy/model-policy.ts';
import type { TableColumn, TableDescription } from '../../domain/table/table.ts';
import type { AnswerKind, RelatedColumn, Relation } from '../../ports/evaluate/relation-engine.ts';
import type { ModelColumns } from './aggregate-models.ts';
import { aggregateRows } from './aggregate-rows.ts';
import { type AskingRows, askingOf } from './asking.ts';
import type { AggregatingPorts } from './engine-ports.ts';
import type { ScoreTable } from './score-tables.ts';

/** Metrics to compute from the rows. */
export interface AggregatedColumns {
  readonly metrics: readonly Metric[];
  /** Of each class against the rest. */
  readonly classMetrics: readonly Metric[];
}

/** A dataset with the scores of both models next to it. */
export interface DatasetToAggregate {
  readonly table: TableDescription;
  readonly rows: number;
  readonly config: ModelPolicy;
  readonly plan: AggregatedColumns;
  readonly candidate: ScoreTable;
  /** null: there is none, or it gave no scores. */
  readonly champion: ScoreTable | null;
}

/** A dataset as aggregates of its scored rows. */
export interface AggregatedDataset {
  readonly aggregates: AggregatedRows;
  readonly span: { readonly fromMs: number; readonly toMs: number };
  /** Why the champion's scores are none: a clause. */
  readonly problem: string | undefined;
}

/**
 * Aggregates of scored rows, which are computed where the tables are. No row is held, so that memory does not grow with
 * them.
 *
 * @throws {UserError} For the dataset and the candidate. What is wrong with the champion is a reason.
 */
export async function aggregateDataset(
  dataset: DatasetToAggregate,
  ports: AggregatingPorts,
): Promise<AggregatedDataset> {
  const columns = new DatasetColumns(dataset);
  const relation = await ports.engine.relate(columns.related());
  try {
    return await aggregateRelation({ dataset, columns, relation }, ports);
  } finally {
    await relation.close();
  }
}

interface Related {
  readonly dataset: DatasetToAggregate;
  readonly columns: DatasetColumns;
  readonly relation: Relation;
}

async function aggregateRelation(
  { dataset, columns, relation }: Related,
  ports: AggregatingPorts,
): Promise<AggregatedDataset> {
  const { config, champion, plan } = dataset;
  const { dialect } = ports.engine;
  const asking = askingOf(dialect, relation.query);
  const label = labelSql({ raw: 'label', type: columns.labelType }, config, dialect);
  if (label === undefined || !columns.isWeightNumeric) throw await ports.explain(dataset);
  const weight = config.evaluate.weight === undefined ? null : 'weight';
  const models = [
    columns.scores('a', dataset.candidate),
    ...(champion === null ? [] : [columns.scores('b', champion)]),
  ];
  const { decisionThreshold } = config.evaluate;
  const known = { from: relation.from, rows: dataset.rows, models };
  const checked = { ...known, label, weight, time: columns.time, decisionThreshold };
  const [facts, medians, parts] = await Promise.all([
    checkAll(checkStatements(checked, dialect), asking),
    asking.ask(medianStatement(known, dialect)),
    partsOf(columns, relation, ports),
  ]);
  if (facts.withoutLabel > 0 || facts.withoutWeight > 0) throw await ports.explain(dataset, facts);
  refuseWeightless(facts.totalWeight > 0, config);
  const classes = classCount(config);
  const [own, rival] = facts.models;
  refuseScores(own === undefined ? undefined : scoreFactsProblem(own, classes));
  const problem = rival === undefined ? undefined : scoreFactsProblem(rival, classes);
  const modelOf = (of: ScoreFacts | undefined, alias: string, model: number): ModelColumns => ({
    scores: (of?.ends ?? []).map((_, at) => `${alias}${at}`),
    ranges: (of?.ends ?? []).map((ends, at) => ({ ...ends, median: medians[model]?.[at] ?? 0.5 })),
    decided: of?.decided ?? 0,
    problem: missingProblem(of, facts),
  });
  const wanted = [...plan.metrics, ...plan.classMetrics];
  const aggregates = await aggregateRows(
    {
      relation: {
        from: scoredFrom({ columns, relation, label: label.value, weight, parts, facts }),
        label: 'y',
        weight: weight && 'w',
        part: 'part',
        parts: parts.parts,
      },
      plan: {
        classes,
        metrics: plan.metrics,
        isRanked: wanted.some(isOfRanking),
        isPaired: wanted.some(isOfPairs),
        isCalibrated: wanted.some(isOfCalibration),
        decisionThreshold,
        isGrouped: config.evaluate.grouping.kind !== 'none',
      },
      candidate: modelOf(own, 'a', 0),
      champion: rival === undefined || problem !== undefined ? null : modelOf(rival, 'b', 1),
      centre: facts.meanLabel,
      differing: rival?.differing ?? 0,
      slices: columns.slices,
    },
    asking,
  );
  return { aggregates, span: { fromMs: facts.fromMs, toMs: facts.toMs }, problem };
}

async function checkAll({ dataset, models }: CheckStatements, { ask }: AskingRows): Promise<DatasetFacts> {
  const [rows, ...scores] = await Promise.all([ask(dataset), ...models.map(ask)] as const);
  return { ...rows, models: scores };
}

function missingProblem(of: ScoreFacts | undefined, { rows }: DatasetFacts): string | null {
  const width = of?.ends.length ?? 1;
  const missing = Math.ceil((of?.missing ?? 0) / width);
  return missing === 0 ? null : `the model gave no finite score for ${Math.min(missing, rows)} rows`;
}

interface ScoredParts {
  readonly columns: DatasetColumns;
  readonly relation: Relation;
  readonly label: string;
  readonly weight: string | null;
  readonly parts: PartSql;
  readonly facts: DatasetFacts;
}

/** The relation with labels, parts and probabilities as aggregates take them. */
function scoredFrom({ columns, relation, label, weight, parts, facts }: ScoredParts): string {
  const scores = facts.models.flatMap(({ ends, least, most }, model) => {
    // What rounding put below 0 or above 1.
    const isClamped = columns.isProbability && (least < 0 || most > 1);
    const alias = model === 0 ? 'a' : 'b';
    return ends.map((_, at) => {
      const name = `${alias}${at}`;
      return isClamped ? `LEAST(1, GREATEST(0, ${name})) AS ${name}` : name;
    });
  });
  const selected = [
    `${label} AS y`,
    ...(weight === null ? [] : [`${weight} AS w`]),
    `${parts.part} AS part`,
    ...scores,
    ...columns.slices.map(({ sql }) => sql),
    'row_no',
  ];
  return `(SELECT ${selected.join(', ')} FROM ${relation.from}${parts.join}) AS scored`;
}

async function partsOf(columns: DatasetColumns, relation: Relation, { engine }: AggregatingPorts): Promise<PartSql> {
  const { group } = columns;
  if (group === undefined) return partOfRow(engine.dialect);
  const { sql, kind } = group;
  const [values = []] = await relation.query({
    sql: `SELECT DISTINCT ${sql} AS c0 FROM ${relation.from} LIMIT ${MOST_PARTS + 1}`,
    kinds: [kind],
  });
  return partOfGroup(sql, values satisfies readonly GroupValue[], engine.dialect);
}

function classCount({ task, evaluate }: ModelPolicy): number {
  if (task === 'regression') return 1;
  return task === 'binary-classification' ? 2 : (evaluate.classes?.length ?? 0);
}

/** Related columns with their tables and names. */
class DatasetColumns {
  readonly #dataset: DatasetToAggregate;

  /** @throws {UserError} DATA_INVALID for days of a column that holds no times. */
  constructor(dataset: DatasetToAggregate) {
    this.#dataset = dataset;
    const { grouping } = dataset.config.evaluate;
    if (grouping.kind === 'day' && this.#typeOf(grouping.column) !== 'time') throw withoutTimes(grouping.column);
  }

  get labelType(): TableColumn['type'] {
    return this.#typeOf(this.#dataset.config.data.label);
  }

  get isWeightNumeric(): boolean {
    const { weight } = this.#dataset.config.evaluate;
    return weight === undefined || ['integer', 'real', 'boolean'].includes(this.#typeOf(weight));
  }

  get isProbability(): boolean {
    return this.#dataset.config.task !== 'regression';
  }

  /** SQL of the time of a row; null where there is none. */
  get time(): string | null {
    const { time } = this.#dataset.config.data;
    return time !== undefined && this.#typeOf(time) === 'time' ? 'time_ms' : null;
  }

  /** SQL of what rows of one group share; undefined where rows are independent. */
  get group(): { readonly sql: string; readonly kind: AnswerKind } | undefined {
    const { grouping } = this.#dataset.config.evaluate;
    if (grouping.kind === 'none') return undefined;
    const isText = this.#typeOf(grouping.column) === 'text';
    return { sql: groupSql('grp', grouping, isText), kind: isText ? 'text' : 'number' };
  }

  get slices(): readonly SlicedColumn[] {
    return this.#dataset.config.evaluate.slices.map((declaration, at): SlicedColumn => {
      const type = this.#typeOf(declaration.column);
      const kind = type === 'text' || type === 'boolean' ? type : 'numeric';
      return { declaration, sql: `s${at}`, kind };
    });
  }

  scores(alias: 'a' | 'b', { columns }: ScoreTable): readonly string[] {
    return columns.map((_, at) => `${alias}${at}`);
  }

  related(): readonly RelatedColumn[] {
    const { table, config, candidate, champion } = this.#dataset;
    const { weight, grouping, slices } = config.evaluate;
    const own = (as: string, column: string | undefined) => (column === undefined ? [] : [{ as, table, column }]);
    const scored = (alias: 'a' | 'b', of: ScoreTable | null) =>
      (of?.columns ?? []).map((column, at) => ({ as: `${alias}${at}`, table: of?.table ?? table, column }));
    return [
      ...own('label', config.data.label),
      ...own('weight', weight),
      ...own('time_ms', this.time === null ? undefined : config.data.time),
      ...columnsOfGrouping(grouping).map((column) => ({ as: 'grp', table, column })),
      ...slices.map(({ column }, at) => ({ as: `s${at}`, table, column })),
      ...scored('a', candidate),
      ...scored('b', champion),
    ];
  }

  #typeOf(name: string): TableColumn['type'] {
    return this.#dataset.table.columns.find((column) => column.name === name)?.type ?? 'other';
  }
}
