import type { ScoredModelConfig } from '../../config/tidegate-config.ts';
import { aggregateEvidence } from '../../domain/evaluation/aggregate-evidence.ts';
import { notAggregated, otherOutcome, readsTheSame } from '../../domain/evaluation/aggregation-limits.ts';
import type { Evidence } from '../../domain/evaluation/evidence.ts';
import { type JudgedScores, judgeGate } from '../../domain/evaluation/judge-gate.ts';
import { rowEvidence } from '../../domain/evaluation/row-evidence.ts';
import type { SchemaFailures } from '../../domain/gate/data-schema-evidence.ts';
import { type ResolvedGate, resolveGate } from '../../domain/gate/resolve-gate.ts';
import type { TrainingFacts } from '../../domain/gate/training-evidence.ts';
import { ServiceError, UserError } from '../../errors.ts';
import {
  type ChampionDataFinding,
  candidateProblem,
  checkChampionData,
  type JudgedDataset,
} from './check-champion-data.ts';
import type { JudgedContenders } from './contender-facts.ts';
import type { BaseJudgement } from './evaluation-parts.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest, JudgingRequest } from './evaluation-request.ts';
import type { AggregatedContenders, ScoredContenders } from './open-contenders.ts';

/** The dataset, read and scored: rows in memory, or aggregates of more of them. */
export type ScoredModels =
  | { readonly kind: 'rows'; readonly contenders: ScoredContenders }
  | { readonly kind: 'aggregates'; readonly contenders: AggregatedContenders };

/** Judges the scores of both models by a gate. */
export function judgeBy(
  scored: ScoredModels,
  by: { readonly policy: ScoredModelConfig; readonly gate: ResolvedGate; readonly training: TrainingFacts },
): JudgedScores {
  const { facts, absence } = scored.contenders;
  return judgeGate(evidenceOf(scored, by.policy), { ...by, facts, absence });
}

function evidenceOf(scored: ScoredModels, policy: ScoredModelConfig): Evidence {
  return scored.kind === 'rows' ? rowEvidence(scored.contenders, policy) : aggregateEvidence(scored.contenders, policy);
}

/**
 * Verdict of the base branch's gate on the same scores, if the pull request changes how the model is judged.
 *
 * @param schemaFailures Checks that fail by the data schema of the base branch; undefined where the data were not checked.
 */
export function judgeByBase(
  request: EvaluationRequest,
  scored: ScoredModels,
  schemaFailures: SchemaFailures | undefined,
): BaseJudgement | null {
  const { base, config } = request;
  if (base === null) return null;
  if ('problem' in base) return { verdict: 'inconclusive', outcomes: [], reason: base.problem };
  try {
    const other = otherOutcome(config, base.config);
    if (other !== undefined) return { verdict: 'inconclusive', outcomes: [], reason: other };
    const gate = resolveGate(base.config, base.rulePlaces);
    if (scored.kind === 'aggregates' && !areAggregatesOf(request.config, base.config, gate)) {
      const reason = 'it needs columns that were not read, and a dataset this large is read only once';
      return { verdict: 'inconclusive', outcomes: [], reason };
    }
    const training = { ...trainingForBase(request, base.config, scored.contenders), schemaFailures };
    const { verdict, outcomes } = judgeBy(scored, { policy: base.config, gate, training });
    return { verdict, outcomes, reason: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { verdict: 'inconclusive', outcomes: [], reason: error.message };
  }
}

function areAggregatesOf(own: ScoredModelConfig, base: ScoredModelConfig, gate: ResolvedGate): boolean {
  return readsTheSame(own, base) && notAggregated(base, gate).length === 0;
}

/** Numbers of the files of results of both models. */
export function trainingOf(
  { trainingMetrics, testCounts, checks }: Pick<JudgingRequest, 'trainingMetrics' | 'testCounts' | 'checks'>,
  { found }: Pick<JudgedContenders, 'found'>,
): TrainingFacts {
  const history = found.kind === 'found' ? found.history : undefined;
  return { candidate: trainingMetrics, champion: history?.trainingMetrics, tests: testCounts, checks };
}

/** The same for the gate of the base branch: without those of a file that it does not name. */
export function trainingForBase(
  request: Pick<JudgingRequest, 'trainingMetrics' | 'testCounts' | 'checks' | 'config'>,
  base: Pick<JudgingRequest['config'], 'evaluate'>,
  contenders: Pick<JudgedContenders, 'found'>,
): TrainingFacts {
  const { metricsFile, junitFile, results } = request.config.evaluate;
  const { candidate, champion, tests, checks } = trainingOf(request, contenders);
  const isSameFile = base.evaluate.metricsFile === metricsFile;
  return {
    candidate: isSameFile ? candidate : undefined,
    champion: isSameFile ? champion : undefined,
    tests: base.evaluate.junitFile === junitFile ? tests : undefined,
    checks: JSON.stringify(base.evaluate.results) === JSON.stringify(results) ? checks : undefined,
  };
}

/** The dataset that models were scored on. */
export interface ScoredOn extends JudgedDataset {
  readonly request: EvaluationRequest;
}

/** Models of which one may have seen rows of a dataset that is new are not compared on it. */
export async function withoutSeenChampion(
  scored: ScoredModels,
  { request, ...dataset }: ScoredOn,
  { tables, hasher, bringData }: EvaluationPorts,
): Promise<ScoredModels> {
  const { found, champion, absence } = scored.contenders;
  const history = found.kind === 'found' ? found.history : undefined;
  // Of cross-validation no model is judged on rows that it was trained on, though they are all in its training data.
  if (history === undefined || request.config.evaluate.folds !== undefined) return scored;
  const ports = { tables, hasher, bringData, resolve: request.resolve, csv: request.config.data.csv };
  const finding = champion === null ? {} : await checkChampionData(history, dataset, ports);
  const trainedOn = request.lineage?.inputs ?? [];
  // Also where the champion is not compared with: a decision about the test set must not hide it.
  const own = await candidateProblem({ history, trainedOn }, dataset, ports);
  if (own === undefined) return withFinding(scored, finding);
  const reasons = [absence.kind === 'unreadable' ? absence.reason : undefined, finding.problem, own];
  const reason = reasons.filter((text) => text !== undefined).join('; ');
  return changed(scored, { champion: null, absence: { kind: 'unreadable', reason, isWaivable: false } });
}

/**
 * Asks for a person's decision where the champion was found but cannot be compared with on a dataset other than its own. It
 * waives nothing where a comparison is possible, where the champion itself is in doubt, or for an outage.
 */
export async function rebaselined(
  scored: ScoredModels,
  digest: string,
  { findRebaseline, progress }: Pick<EvaluationPorts, 'findRebaseline' | 'progress'>,
): Promise<ScoredModels> {
  const { found, absence } = scored.contenders;
  if (absence.kind !== 'unreadable' || absence.isWaivable === false || found.kind !== 'found') return scored;
  const judgedOn = found.history?.judgedOn?.digest;
  if (judgedOn === undefined || judgedOn === digest || findRebaseline === undefined) return scored;
  try {
    const decision = await findRebaseline(digest);
    if (decision === undefined) return scored;
    return changed(scored, { absence: { kind: 'rebaselined', decision, instead: absence.reason } });
  } catch (error) {
    if (!(error instanceof ServiceError) && !(error instanceof UserError)) throw error;
    // Not looked is not accepted: the rules stay inconclusive.
    progress(`Whether a person accepted a new baseline could not be looked up: ${error.message}. ${error.fix}`);
    return scored;
  }
}

/** Adds the findings about a champion and the dataset to the facts about both models. */
export function withFinding(scored: ScoredModels, { problem, note }: ChampionDataFinding): ScoredModels {
  const { found } = scored.contenders;
  if (problem !== undefined)
    return changed(scored, { champion: null, absence: { kind: 'unreadable', reason: problem } });
  if (note === undefined || found.kind !== 'found') return scored;
  const notes = [found.note, note].filter((text) => text !== undefined).join('; ');
  return changed(scored, { found: { ...found, note: notes } });
}

function changed(
  scored: ScoredModels,
  change: Partial<Pick<JudgedContenders, 'absence' | 'found'>> & { readonly champion?: null },
): ScoredModels {
  return scored.kind === 'rows'
    ? { ...scored, contenders: { ...scored.contenders, ...change } }
    : { ...scored, contenders: { ...scored.contenders, ...change } };
}
