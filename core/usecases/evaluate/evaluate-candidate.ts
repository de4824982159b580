import type { ScoredModelConfig } from '../../config/tidegate-config.ts';
import { isTrustedOrigin } from '../../domain/data/dataset-origin.ts';
import { pastWindowMs } from '../../domain/drift/current-window.ts';
import { notAggregated, tooManyRows } from '../../domain/evaluation/aggregation-limits.ts';
import { type ResolvedGate, resolveGate } from '../../domain/gate/resolve-gate.ts';
import { columnsOfGrouping } from '../../domain/policy/grouping.ts';
import { columnsToJudge } from '../../domain/policy/model-policy.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { UserError } from '../../errors.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import { assembleEvaluation } from './assemble-evaluation.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import { hashDataset, type IdentifiedDataset, identifyDataset } from './hash-dataset.ts';
import {
  judgeBy,
  judgeByBase,
  rebaselined,
  type ScoredModels,
  trainingOf,
  withoutSeenChampion,
} from './judge-models.ts';
import { type Contenders, openContenders } from './open-contenders.ts';
import {
  columnsToProfile,
  type DatasetProfile,
  groupOf,
  type ProfileRequest,
  profileColumns,
  span,
} from './profile-dataset.ts';
import { HELD_ROWS, profileAnyTable, profileLargeTable } from './profile-large-table.ts';
import { profilePredictions } from './profile-predictions.ts';
import { readLine } from './table-read.ts';
import { hiddenColumns, validateDataset } from './validate-dataset.ts';
import { measuredColumnsOf } from './watched-values.ts';

/** Chosen: what is not computed of sums is held up to here, which is about half of what a runner of 16 GB has. */
const MOST_HELD_ROWS = 40_000_000;

/** The judgement, and the summary of the reference that later windows are compared with. */
export interface Evaluation {
  readonly evaluation: EvaluationReport;
  readonly profile: ProfileReport;
}

/**
 * Judges a candidate against the champion on the evaluation dataset, by the gate of tidegate.yaml.
 *
 * @throws {UserError} For what the author must fix: config, dataset, candidate. A champion that cannot be compared with
 *   is not an error but makes the rules that need it inconclusive.
 */
export async function evaluateCandidate(request: EvaluationRequest, ports: EvaluationPorts): Promise<Evaluation> {
  const gate = resolveGate(request.config, request.rulePlaces);
  const champion = await ports.champions.find(request.championSelector);
  const contenders = await openContenders(request, champion, ports);
  const how = readLine(request.dataset.shown, contenders.table);
  if (how !== undefined) ports.progress(how);
  try {
    const { evaluation, profile, predictions } = await judge({ request, gate, contenders }, ports);
    const reference = profile ?? (await profileReference(request, ports));
    return { evaluation, profile: predictions === undefined ? reference : { ...reference, predictions } };
  } finally {
    await contenders.close();
  }
}

interface Work {
  readonly request: EvaluationRequest;
  readonly gate: ResolvedGate;
  readonly contenders: Contenders;
}

interface Judged {
  readonly evaluation: EvaluationReport;
  /** null: the reference is another dataset. */
  readonly profile: ProfileReport | null;
  /** Scores of the candidate; undefined where they are not held. */
  readonly predictions: ProfileReport['predictions'];
}

interface DatasetRead {
  readonly scored: ScoredModels;
  readonly span: TimeSpan;
  /** null: the reference is another dataset. */
  readonly profile: DatasetProfile | null;
}

/** First and last time of the rows, ISO 8601; null where there is none. */
interface TimeSpan {
  readonly from: string | null;
  readonly to: string | null;
}

async function judge(work: Work, ports: EvaluationPorts): Promise<Judged> {
  const { request, gate, contenders } = work;
  const { table } = contenders;
  const large = await ports.tables.rowsAbove(table, request.heldRows ?? HELD_ROWS);
  const isAggregated = large !== null && canAggregate(work, large);
  const identity = await identifyDataset(table, request.dataset, ports);
  const read = isAggregated ? await readAggregates(work, large, ports) : await readRows(work, ports);
  const { span, profile } = read;
  const compared = await withoutSeenChampion(read.scored, { request, table, digest: identity.digest, ...span }, ports);
  const scored = await rebaselined(compared, identity.digest, ports);
  const validated = await validateDataset(request, table, ports);
  const training = { ...trainingOf(request, scored.contenders), schemaFailures: validated?.failures };
  const judged = judgeBy(scored, { policy: request.config, gate, training });
  await expectUnchanged(work, identity, ports);
  const base = judgeByBase(request, scored, validated?.baseFailures);
  const known = { request, scored: scored.contenders, judged, base, dataset: identity, table, span, training };
  const evaluation = assembleEvaluation({
    ...known,
    ...(validated === undefined ? {} : { validation: validated.validation }),
  });
  const predictions =
    read.scored.kind === 'rows' ? profilePredictions(read.scored.contenders, request.config) : undefined;
  return { evaluation, profile: profile && profileReport(request, profile, identity), predictions };
}

/**
 * True if the rows are aggregated rather than held.
 *
 * @throws {UserError} DATA_UNSUPPORTED for more rows than are ever held, of what is not computed from aggregates.
 */
function canAggregate({ request, gate, contenders }: Work, rows: number): boolean {
  const left = notAggregated(request.config, gate);
  if (left.length > 0 && rows > MOST_HELD_ROWS)
    throw tooManyRows(contenders.table, { rows, most: MOST_HELD_ROWS, left });
  return left.length === 0;
}

async function readRows({ request, gate, contenders }: Work, ports: EvaluationPorts): Promise<DatasetRead> {
  const { time } = request.config.data;
  const { needed, profiled } = columnsToRead(request, contenders);
  const read = await contenders.score([...new Set([...needed, ...profiled])]);
  ports.progress(`${formatCount(read.rows)} rows scored; computing ${gate.metrics.length} metrics`);
  const profile = isReference(request) ? profileColumns(profileRequest(request, contenders.table), read) : null;
  // What only the profile needs is free before measuring begins.
  const columns = new Map([...read.columns].filter(([name]) => needed.includes(name)));
  return {
    scored: { kind: 'rows', contenders: { ...read, columns } },
    span: span(time === undefined ? undefined : columns.get(time)),
    profile,
  };
}

async function readAggregates(
  { request, gate, contenders }: Work,
  rows: number,
  ports: EvaluationPorts,
): Promise<DatasetRead> {
  const { table } = contenders;
  const read = await contenders.aggregate({ ...gate, rows });
  ports.progress(`${formatCount(read.rows)} rows aggregated; computing ${gate.metrics.length} metrics`);
  const isTimed = read.span.fromMs <= read.span.toMs;
  const at = (ms: number) => (isTimed ? new Date(ms).toISOString() : null);
  const times = { from: at(read.span.fromMs), to: at(read.span.toMs) };
  const profile = isReference(request)
    ? await profileLargeTable(profileRequest(request, table), { rows, span: times }, ports)
    : null;
  return { scored: { kind: 'aggregates', contenders: read }, span: times, profile };
}

/** One scan does for the judgement and the profile. */
function isReference({ reference, dataset }: EvaluationRequest): boolean {
  return reference.absolute === dataset.absolute;
}

/**
 * The columns that either gate needs; those that only the base branch's gate names may be missing. And, where the dataset
 * is the reference too, those that its profile is made of: one scan does for both.
 */
function columnsToRead(
  request: EvaluationRequest,
  { table }: Contenders,
): { readonly needed: readonly string[]; readonly profiled: readonly string[] } {
  const { config, base } = request;
  const known = new Set(table.columns.map(({ name }) => name));
  const ofBase =
    base === null || 'problem' in base ? [] : columnsToJudge(base.config).filter((name) => known.has(name));
  return {
    needed: [
      ...new Set([...columnsToJudge(config), ...ofBase, ...groupsOfScores(config).filter((name) => known.has(name))]),
    ],
    profiled: isReference(request) ? columnsToProfile(profileRequest(request, table)) : [],
  };
}

/** The column of the groups that the drift of scores is tested with. */
function groupsOfScores({ drift }: ScoredModelConfig): readonly string[] {
  return drift?.predictions === undefined ? [] : columnsOfGrouping(drift.grouping);
}

/** The bytes that were compared with the commit are the judged ones. */
async function expectUnchanged(
  { request: { dataset }, contenders: { table } }: Work,
  { digest }: IdentifiedDataset,
  { hasher }: EvaluationPorts,
): Promise<void> {
  if ((await hashDataset(table, dataset, hasher)) === digest) return;
  const message = `${dataset.shown} changed while it was read: its digest differs from that at the start`;
  throw new UserError('DATA_MODIFIED', message, {
    fix: 'Make sure that no process writes the dataset while it is judged, and run the job again.',
  });
}

/** The profile of a reference that is another dataset than the one that is judged. */
export async function profileReference(request: EvaluationRequest, ports: EvaluationPorts): Promise<ProfileReport> {
  const { reference } = request;
  const table = await ports.tables.describe(reference.absolute, request.config.data.csv);
  const identity = await identifyDataset(table, reference, ports);
  const asked = profileRequest(request, table);
  const profile = await profileAnyTable(asked, ports, request.heldRows);
  return profileReport(request, profile, identity);
}

function profileRequest(request: EvaluationRequest, table: TableDescription): ProfileRequest {
  const { data, drift } = request.config;
  const windowMs = drift?.limits === 'history' ? pastWindowMs(drift.window) : undefined;
  const measured = { ...measuredColumnsOf(drift), sensitive: hiddenColumns(request) };
  return { table, data, windowMs, grouping: drift?.grouping, ...measured };
}

/** A profile as its report. */
export function profileReport(
  { reference, profileHeader, config }: EvaluationRequest,
  { rows, from, to, columns, windows }: DatasetProfile,
  { digest, origin }: IdentifiedDataset,
): ProfileReport {
  const dataset = { path: reference.shown, digest, rows, from, to, origin, trusted: isTrustedOrigin(origin) };
  return {
    ...profileHeader,
    dataset,
    columns,
    ...groupOf(config.drift?.grouping),
    ...(windows === undefined ? {} : { windows }),
  };
}
