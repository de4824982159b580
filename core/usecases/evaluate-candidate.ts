import type { ModelConfig } from '../config/tidegate-config.ts';
import { clusterRows, type Grouping, parseGrouping } from '../domain/evaluation/grouping.ts';
import { judgeRules, type SmallSlice } from '../domain/evaluation/judge-rules.ts';
import { type MeasurementPlan, measurePopulation } from '../domain/evaluation/measure-population.ts';
import { type ScoredPopulation, sliceOf } from '../domain/evaluation/population.ts';
import { cutSlices } from '../domain/evaluation/slice.ts';
import { decideGate } from '../domain/gate/decide-gate.ts';
import { formatCount } from '../domain/text/format-number.ts';
import type { EvaluationReport } from '../reports/evaluation-report.ts';
import type { ProfileReport } from '../reports/profile-report.ts';
import { artifactEvidence } from './artifact-evidence.ts';
import { assembleEvaluation } from './assemble-evaluation.ts';
import { checkedLabels } from './checked-labels.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import { hashDataset } from './hash-dataset.ts';
import { type Contenders, openContenders } from './open-contenders.ts';
import { profileDataset } from './profile-dataset.ts';
import { type ResolvedGate, resolveGate } from './resolve-gate-rules.ts';

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
  try {
    const evaluation = await judge({ request, gate, contenders }, ports);
    return { evaluation, profile: await profileReference(request, ports) };
  } finally {
    await contenders.close();
  }
}

interface Work {
  readonly request: EvaluationRequest;
  readonly gate: ResolvedGate;
  readonly contenders: Contenders;
}

async function judge({ request, gate, contenders }: Work, ports: EvaluationPorts): Promise<EvaluationReport> {
  const { config } = request;
  const grouping = parseGrouping(config.evaluate.group, config.data.time);
  const scored = await contenders.score([...columnsToKeep(config, grouping)]);
  ports.progress(`${formatCount(scored.rows)} rows scored; computing ${gate.metrics.length} metrics`);
  const column = grouping.kind === 'none' ? undefined : scored.columns.get(grouping.column);
  const population: ScoredPopulation = {
    labels: checkedLabels(scored.columns.get(config.data.label), config),
    candidate: scored.candidate,
    champion: scored.champion,
    sampling: clusterRows(grouping, column),
  };
  const plan = measurementPlan(config, gate);
  const all = measurePopulation(population, plan);
  const declared = config.evaluate.slices.flatMap((declaration) => {
    const values = scored.columns.get(declaration.column);
    return values === undefined ? [] : cutSlices(declaration, values);
  });
  const { minRows, confidence } = config.evaluate;
  const slices = declared
    .filter(({ rows }) => rows.length >= minRows)
    .map(({ key, rows }) => measurePopulation(sliceOf(population, key, rows), plan));
  const smallSlices: SmallSlice[] = declared
    .filter(({ rows }) => rows.length < minRows && rows.length > 0)
    .map(({ key, rows }) => ({ slice: key, rows: rows.length }));
  const artifact = artifactEvidence(gate, scored.facts);
  const outcomes = judgeRules(gate.rules, {
    all,
    slices,
    smallSlices,
    artifact,
    champion: scored.absence,
    confidence,
    minRows,
  });
  return assembleEvaluation({
    request,
    scored,
    outcomes,
    populations: [all, ...slices],
    smallSlices,
    sampling: population.sampling,
    grouping,
    verdict: decideGate(outcomes),
    datasetDigest: await hashDataset(contenders.table, request.dataset, ports.hasher),
  });
}

function measurementPlan({ evaluate }: ModelConfig, gate: ResolvedGate): MeasurementPlan {
  return {
    metrics: gate.metrics,
    rules: gate.rules.filter(({ index }) => !gate.notYet.has(index)),
    confidence: evaluate.confidence,
    decisionThreshold: evaluate.decisionThreshold,
  };
}

function columnsToKeep({ data, evaluate }: ModelConfig, grouping: Grouping): ReadonlySet<string> {
  const group = grouping.kind === 'none' ? [] : [grouping.column];
  return new Set([data.label, ...group, ...evaluate.slices.map(({ column }) => column)]);
}

async function profileReference(request: EvaluationRequest, ports: EvaluationPorts): Promise<ProfileReport> {
  const { config, reference, profileHeader } = request;
  const table = await ports.tables.describe(reference.absolute);
  const windowMs = config.drift?.limits === 'history' ? config.drift.window : undefined;
  const { rows, from, to, columns, windows } = await profileDataset({ table, data: config.data, windowMs }, ports);
  const digest = await hashDataset(table, reference, ports.hasher);
  const dataset = { path: reference.shown, digest, rows, from, to };
  return { ...profileHeader, dataset, columns, ...(windows === undefined ? {} : { windows }) };
}
