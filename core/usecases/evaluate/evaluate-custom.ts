import type { CustomModelConfig } from '../../config/tidegate-config.ts';
import type { Evidence } from '../../domain/evaluation/evidence.ts';
import { type JudgedScores, judgeGate } from '../../domain/evaluation/judge-gate.ts';
import type { ChampionAbsence } from '../../domain/evaluation/judge-rules.ts';
import { exampleEvidence, NO_EXAMPLES } from '../../domain/examples/example-evidence.ts';
import type { MatchedExamples } from '../../domain/examples/match-examples.ts';
import {
  type CustomGate,
  customGateProblems,
  type ExampleMetric,
  resolveCustomGate,
} from '../../domain/examples/resolve-custom-gate.ts';
import type { ArtifactFacts } from '../../domain/gate/artifact-evidence.ts';
import type { TrainingFacts } from '../../domain/gate/training-evidence.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { UserError } from '../../errors.ts';
import type { Champion } from '../../ports/evaluate/champion-finder.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { assembleEvaluation } from './assemble-evaluation.ts';
import type { JudgedContenders } from './contender-facts.ts';
import type { BaseJudgement } from './evaluation-parts.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { JudgingRequest, ShownPath } from './evaluation-request.ts';
import type { IdentifiedDataset } from './hash-dataset.ts';
import { trainingForBase, trainingOf } from './judge-models.ts';
import { type OwnExamples, readChampionExamples, readOwnExamples } from './read-examples.ts';
import { isTablePath } from './read-predictions.ts';

/** A candidate that is judged by numbers and examples that its own code wrote. */
export interface CustomRequest extends JudgingRequest<CustomModelConfig> {
  /** The file of the examples; undefined where tidegate.yaml names none. */
  readonly examples: ShownPath | undefined;
}

/** Dependencies of such a judgement: no model is run. */
export type CustomPorts = Pick<
  EvaluationPorts,
  'tables' | 'champions' | 'hasher' | 'fetchPredictions' | 'clockMs' | 'progress'
>;

/**
 * Judges a candidate of `task: custom` by the gate of tidegate.yaml: by numbers of its files of results, and by its values
 * per example against those that are registered with the champion.
 *
 * @throws {UserError} For what the author has to correct: config, examples, candidate. Examples of a champion that cannot be
 *   compared make the rules that need them inconclusive.
 */
export async function evaluateCustom(request: CustomRequest, ports: CustomPorts): Promise<EvaluationReport> {
  const gate = resolveCustomGate(request.config, request.rulePlaces);
  const found = await ports.champions.find(request.championSelector);
  const read = await readExamples({ request, gate, found }, ports);
  const contenders = await contendersOf({ request, found, rows: read?.own.examples.ids.length ?? 0 }, ports);
  const { facts, absence } = contenders;
  const training = trainingOf(request, contenders);
  const judged = judge(request.config, { gate, read, facts, absence, training });
  const base = judgeByBase(request, { read, contenders });
  const dataset = identify(read?.own, ports);
  const span = { from: null, to: null };
  await expectUnchanged(request, ports);
  const { curves: _, ...report } = assembleEvaluation({
    ...{ request, scored: contenders, judged, base, training, dataset, table: read?.own.table, span },
  });
  return report;
}

/** Throws if the file of examples has other bytes than before it was read: those are registered. */
async function expectUnchanged({ examples, results }: CustomRequest, { hasher }: CustomPorts): Promise<void> {
  const before = results?.find(({ kind }) => kind === 'examples')?.digest;
  if (examples === undefined || before === undefined) return;
  if ((await hasher.hash(examples.absolute)).digest === before) return;
  throw new UserError('DATA_MODIFIED', `${examples.shown} changed while it was read`, {
    fix: 'Make sure that no process writes the examples while they are judged, and run the job again.',
  });
}

/** The examples of both models, with the columns that were read. */
interface ReadExamples {
  readonly own: OwnExamples;
  /** null: there is no champion. */
  readonly champion: MatchedExamples | null;
}

interface Reading {
  readonly request: CustomRequest;
  readonly gate: CustomGate;
  readonly found: Champion;
}

/** Undefined where tidegate.yaml names no examples. */
async function readExamples({ request, gate, found }: Reading, ports: CustomPorts): Promise<ReadExamples | undefined> {
  if (request.examples === undefined) return undefined;
  const { group, slices } = request.config.evaluate;
  const metrics = gate.columns;
  const plan = { metrics, alsoOfBase: columnsOfBase(request), group, slices: slices.map(({ column }) => column) };
  const own = await readOwnExamples(request.examples, plan, ports);
  ports.progress(`${formatCount(own.examples.ids.length)} examples; computing ${metrics.length} metrics`);
  const champion = found.kind === 'found' ? await readChampionExamples(found, own, { plan, ports }) : null;
  return { own, champion };
}

/** The columns of the base branch's gate; none where that cannot be applied, for which there is a reason later. */
function columnsOfBase({ base }: CustomRequest): readonly ExampleMetric[] {
  if (base === null || 'problem' in base || customGateProblems(base.config, []).length > 0) return [];
  return resolveCustomGate(base.config, []).columns;
}

/** Facts about both models besides their examples. A champion is there even where its examples are not. */
async function contendersOf(
  { request, found, rows }: { readonly request: CustomRequest; readonly found: Champion; readonly rows: number },
  { hasher }: CustomPorts,
): Promise<JudgedContenders> {
  const hashed = await hasher.hash(request.candidate.path.absolute);
  const isModel = found.kind === 'found' && !isTablePath(found.path);
  const champion = isModel ? { artifact_size_bytes: (await hasher.hash(found.path)).sizeBytes } : null;
  return {
    rows,
    classes: null,
    champion: found.kind === 'found' ? new Float64Array() : null,
    absence: absenceOf(found),
    found,
    facts: { candidate: { artifact_size_bytes: hashed.sizeBytes }, champion },
    latency: null,
    candidateDigest: hashed.digest,
    features: null,
    signature: null,
    runtime: null,
    computations: { candidate: undefined, champion: undefined },
    scoredBy: { candidate: null, champion: null },
  };
}

function absenceOf(found: Champion): ChampionAbsence {
  if (found.kind === 'unreadable') return { kind: 'unreadable', reason: found.reason };
  return { kind: found.kind === 'none' ? 'none' : 'present' };
}

interface Judging {
  readonly gate: CustomGate;
  readonly read: ReadExamples | undefined;
  readonly facts: ArtifactFacts;
  readonly absence: ChampionAbsence;
  readonly training: TrainingFacts;
}

function judge({ evaluate }: CustomModelConfig, { gate, read, facts, absence, training }: Judging): JudgedScores {
  const evidence = read === undefined ? NO_EXAMPLES : evidenceOf(read, gate, evaluate.slices);
  const { confidence, minRows } = evaluate;
  return judgeGate(evidence, {
    // Values of 0 and 1 are decided by any threshold between them.
    policy: { evaluate: { confidence, minRows, decisionThreshold: 0.5 } },
    gate: { rules: gate.rules, metrics: [], classMetrics: [] },
    ...{ facts, absence, training },
  });
}

function evidenceOf(
  { own, champion }: ReadExamples,
  { columns }: CustomGate,
  slices: CustomModelConfig['evaluate']['slices'],
): Evidence {
  return exampleEvidence({ candidate: own.examples, champion, metrics: columns, grouping: own.grouping, slices });
}

/** Verdict of the base branch's gate on the same numbers and examples, if the pull request changes it. */
function judgeByBase(
  { base, ...request }: CustomRequest,
  { read, contenders }: { readonly read: ReadExamples | undefined; readonly contenders: JudgedContenders },
): BaseJudgement | null {
  if (base === null) return null;
  if ('problem' in base) return { verdict: 'inconclusive', outcomes: [], reason: base.problem };
  try {
    const gate = resolveCustomGate(base.config, base.rulePlaces);
    const unread = otherExamples(request.config, base.config) ?? missingColumn(gate, read);
    if (unread !== undefined) return { verdict: 'inconclusive', outcomes: [], reason: unread };
    const { facts, absence } = contenders;
    const training = trainingForBase(request, base.config, contenders);
    const { verdict, outcomes } = judge(base.config, { gate, read, facts, absence, training });
    return { verdict, outcomes, reason: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { verdict: 'inconclusive', outcomes: [], reason: error.message };
  }
}

/** Why examples cannot be judged by another policy: a clause. */
function otherExamples(
  { evaluate: own }: CustomModelConfig,
  { evaluate: other }: CustomModelConfig,
): string | undefined {
  const keys = (['examples', 'group', 'slices'] as const).filter(
    (key) => JSON.stringify(own[key]) !== JSON.stringify(other[key]),
  );
  if (keys.length === 0) return undefined;
  const names = keys.map((key) => `evaluate.${key}`).join(' and ');
  return `this pull request changes ${names}, so that its examples mean something else to the gate of the base branch`;
}

function missingColumn({ columns }: CustomGate, read: ReadExamples | undefined): string | undefined {
  const known = read?.own.metrics.map(({ name }) => name) ?? [];
  const missing = columns.find(({ name }) => !known.includes(name));
  return missing === undefined ? undefined : `it judges the column ${missing.name}, which the examples do not have`;
}

/** Identity of the examples: the digest of their sorted ids, which two models on the same examples share. */
function identify(own: OwnExamples | undefined, { hasher }: CustomPorts): IdentifiedDataset {
  const ids = JSON.stringify([...(own?.examples.ids ?? [])].sort());
  const kind = own === undefined ? 'numbers' : 'examples';
  return { kind, digest: hasher.hashText(ids), origin: 'made', note: undefined };
}
