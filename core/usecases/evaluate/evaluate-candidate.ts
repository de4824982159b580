import { isTrustedOrigin } from '../../domain/data/dataset-origin.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { UserError } from '../../errors.ts';
import type { TableDescription } from '../../ports/evaluate/table-reader.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import { assembleEvaluation, type BaseJudgement } from './assemble-evaluation.ts';
import { checkChampionData, type JudgedDataset } from './check-champion-data.ts';
import type { JudgedContenders } from './contender-facts.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import { hashDataset, type IdentifiedDataset, identifyDataset } from './hash-dataset.ts';
import { columnsToJudge, judgeScores } from './judge-scores.ts';
import { judgeSums, leftOut, readsTheSame, tooManyRows } from './judge-sums.ts';
import { type Contenders, openContenders, type ScoredContenders, type SummedContenders } from './open-contenders.ts';
import {
  columnsToProfile,
  type DatasetProfile,
  type ProfileRequest,
  profileColumns,
  profileDataset,
  scaleProfile,
  span,
} from './profile-dataset.ts';
import { type ResolvedGate, resolveGate } from './resolve-gate-rules.ts';
import { readLine } from './table-read.ts';
import type { TrainingFacts } from './training-evidence.ts';

/** Chosen: up to here all rows are held, in about 0.6 GB and 40 MB more a column, and nothing is put in bins. */
const HELD_ROWS = 5_000_000;
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
 * @throws {UserError} For what the author must mend: config, dataset, candidate. A champion that cannot be compared with
 *   is no error but makes the rules that need it inconclusive.
 */
export async function evaluateCandidate(request: EvaluationRequest, ports: EvaluationPorts): Promise<Evaluation> {
  const gate = resolveGate(request.config, request.rulePlaces);
  const champion = await ports.champions.find(request.championSelector);
  const contenders = await openContenders(request, champion, ports);
  const how = readLine(request.dataset.shown, contenders.table);
  if (how !== undefined) ports.progress(how);
  try {
    const { evaluation, profile } = await judge({ request, gate, contenders }, ports);
    return { evaluation, profile: profile ?? (await profileReference(request, ports)) };
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
}

async function judge(work: Work, ports: EvaluationPorts): Promise<Judged> {
  const { request, gate, contenders } = work;
  const { config, dataset, heldRows = HELD_ROWS } = request;
  const large = await ports.tables.rowsAbove(contenders.table, heldRows);
  if (large !== null && isSummed(work, large)) return judgeSummed(work, large, ports);
  const identity = await identifyDataset(contenders.table, dataset, ports);
  const { needed, profiled } = columnsToRead(request, contenders);
  const read = await contenders.score([...new Set([...needed, ...profiled])]);
  ports.progress(`${formatCount(read.rows)} rows scored; computing ${gate.metrics.length} metrics`);
  const summary = !isReference(request) ? null : profileColumns(profileRequest(request, contenders.table), read);
  // What only the profile needs is free before measuring begins.
  const all = { ...read, columns: new Map([...read.columns].filter(([name]) => needed.includes(name))) };
  const time = span(config.data.time === undefined ? undefined : all.columns.get(config.data.time));
  const scored = await withoutSeenChampion(
    all,
    { request, table: contenders.table, digest: identity.digest, ...time },
    ports,
  );
  const training = trainingOf(request, scored);
  const judged = judgeScores(scored, { config, gate, training });
  await expectUnchanged(work, identity, ports);
  const base = judgeByBase(request, scored);
  const { table } = contenders;
  const parts = { request, scored, judged, base, dataset: identity, table, span: time, training };
  const evaluation = assembleEvaluation(parts);
  return { evaluation, profile: summary && profileReport(request, summary, identity) };
}

/**
 * Whether the rows are summed up rather than held.
 *
 * @throws {UserError} DATA_UNSUPPORTED for more rows than are ever held, of what is not computed of sums.
 */
function isSummed({ request, gate, contenders }: Work, rows: number): boolean {
  const left = leftOut(request.config, gate);
  if (left.length > 0 && rows > MOST_HELD_ROWS)
    throw tooManyRows(contenders.table, { rows, most: MOST_HELD_ROWS, left });
  return left.length === 0;
}

/** The same of sums of the rows. */
async function judgeSummed(work: Work, rows: number, ports: EvaluationPorts): Promise<Judged> {
  const { request, gate, contenders } = work;
  const { config, dataset } = request;
  const { table } = contenders;
  const identity = await identifyDataset(table, dataset, ports);
  const { profiled } = columnsToRead(request, contenders);
  const read = await contenders.sum({ ...gate, sampled: profiled, rows });
  ports.progress(`${formatCount(read.rows)} rows summed up; computing ${gate.metrics.length} metrics`);
  const isTimed = read.span.fromMs <= read.span.toMs;
  const at = (ms: number) => (isTimed ? new Date(ms).toISOString() : null);
  const span = { from: at(read.span.fromMs), to: at(read.span.toMs) };
  const scored = await withoutSeenChampion(read, { request, table, digest: identity.digest, ...span }, ports);
  const training = trainingOf(request, scored);
  const judged = judgeSums(scored, { config, gate, training });
  await expectUnchanged(work, identity, ports);
  const base = sumsByBase(request, scored);
  const evaluation = assembleEvaluation({ request, scored, judged, base, dataset: identity, table, span, training });
  if (!isReference(request)) return { evaluation, profile: null };
  const profile = { ...scaleProfile(profileColumns({ table, data: config.data }, read.profiled), read.rows), ...span };
  return { evaluation, profile: profileReport(request, profile, identity) };
}

/** One scan does for the judgement and the profile. */
function isReference({ reference, dataset }: EvaluationRequest): boolean {
  return reference.absolute === dataset.absolute;
}

function trainingOf({ trainingMetrics }: EvaluationRequest, { found }: JudgedContenders): TrainingFacts {
  const history = found.kind === 'found' ? found.history : undefined;
  return { candidate: trainingMetrics, champion: history?.trainingMetrics };
}

interface ScoredOn extends JudgedDataset {
  readonly request: EvaluationRequest;
}

/** A champion that may have seen rows of the dataset is not compared with. */
async function withoutSeenChampion<Contenders extends JudgedContenders>(
  scored: Contenders,
  { request, ...dataset }: ScoredOn,
  { tables, hasher, bringData }: EvaluationPorts,
): Promise<Contenders> {
  const history = scored.found.kind === 'found' ? scored.found.history : undefined;
  if (history === undefined || scored.champion === null) return scored;
  const ports = { tables, hasher, bringData, resolve: request.resolve, csv: request.config.data.csv };
  const { problem, note } = await checkChampionData(history, dataset, ports);
  if (problem !== undefined) return { ...scored, champion: null, absence: { kind: 'unreadable', reason: problem } };
  if (note === undefined || scored.found.kind !== 'found') return scored;
  const notes = [scored.found.note, note].filter((text) => text !== undefined).join('; ');
  return { ...scored, found: { ...scored.found, note: notes } };
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
    needed: [...new Set([...columnsToJudge(config), ...ofBase])],
    profiled: isReference(request) ? columnsToProfile(table, config.data) : [],
  };
}

/** The same of sums, which are those of the base branch's gate too where it reads the same of each row. */
function sumsByBase(request: EvaluationRequest, scored: SummedContenders): BaseJudgement | null {
  const { base, config } = request;
  if (base === null) return null;
  if ('problem' in base) return { verdict: 'inconclusive', outcomes: [], reason: base.problem };
  try {
    const gate = resolveGate(base.config, base.rulePlaces);
    if (!readsTheSame(config, base.config) || leftOut(base.config, gate).length > 0) {
      const reason = 'it reads other things of each row, which is not done twice for so many rows';
      return { verdict: 'inconclusive', outcomes: [], reason };
    }
    const { verdict, outcomes } = judgeSums(scored, {
      config: base.config,
      gate,
      training: trainingOf(request, scored),
    });
    return { verdict, outcomes, reason: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { verdict: 'inconclusive', outcomes: [], reason: error.message };
  }
}

/** What the base branch's gate says of the same scores, where the pull request changes how the model is judged. */
function judgeByBase(request: EvaluationRequest, scored: ScoredContenders): BaseJudgement | null {
  const { base } = request;
  if (base === null) return null;
  if ('problem' in base) return { verdict: 'inconclusive', outcomes: [], reason: base.problem };
  try {
    const gate = resolveGate(base.config, base.rulePlaces);
    const isSameFile = base.config.evaluate.metricsFile === request.config.evaluate.metricsFile;
    const training = isSameFile ? trainingOf(request, scored) : { candidate: undefined, champion: undefined };
    const { verdict, outcomes } = judgeScores(scored, { config: base.config, gate, training });
    return { verdict, outcomes, reason: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { verdict: 'inconclusive', outcomes: [], reason: error.message };
  }
}

/** What was compared with the commit is what was judged. */
async function expectUnchanged(
  { request: { dataset }, contenders: { table } }: Work,
  { digest }: IdentifiedDataset,
  { hasher }: EvaluationPorts,
): Promise<void> {
  if ((await hashDataset(table, dataset, hasher)) === digest) return;
  const message = `${dataset.shown} changed while it was read: its digest is another than at the start`;
  throw new UserError('DATA_MODIFIED', message, {
    fix: 'Make sure that nothing writes the dataset while it is judged, and run again.',
  });
}

async function profileReference(request: EvaluationRequest, ports: EvaluationPorts): Promise<ProfileReport> {
  const { reference } = request;
  const table = await ports.tables.describe(reference.absolute, request.config.data.csv);
  const identity = await identifyDataset(table, reference, ports);
  return profileReport(request, await profileDataset(profileRequest(request, table), ports), identity);
}

function profileRequest({ config: { data, drift } }: EvaluationRequest, table: TableDescription): ProfileRequest {
  return { table, data, windowMs: drift?.limits === 'history' ? drift.window : undefined };
}

function profileReport(
  { reference, profileHeader }: EvaluationRequest,
  { rows, from, to, columns, windows }: DatasetProfile,
  { digest, origin }: IdentifiedDataset,
): ProfileReport {
  const dataset = { path: reference.shown, digest, rows, from, to, origin, trusted: isTrustedOrigin(origin) };
  return { ...profileHeader, dataset, columns, ...(windows === undefined ? {} : { windows }) };
}
