import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import { parseConfig } from '../../core/config/parse-config.ts';
import type { ScoredModelConfig } from '../../core/config/tidegate-config.ts';
import type { Champion } from '../../core/ports/evaluate/champion-finder.ts';
import type { SqlEngine } from '../../core/ports/evaluate/sql-engine.ts';
import type { Evaluation } from '../../core/usecases/evaluate/evaluate-candidate.ts';
import { evaluateInWarehouse } from '../../core/usecases/evaluate/evaluate-in-warehouse.ts';
import type { EvaluationRequest } from '../../core/usecases/evaluate/evaluation-request.ts';
import { profileInWarehouse } from '../../core/usecases/evaluate/profile-in-warehouse.ts';
import { InMemoryChampionFinder } from '../fakes/in-memory-champion-finder.ts';
import { scoredModel } from '../scored-model.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const source = { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null };
const header = {
  createdAt: '2001-03-01T00:00:00.000Z',
  tool: { name: 'tidegate', version: '0.1.0' },
  model: 'm',
  source,
};

/** A champion that is known by its digest. */
export const CHAMPION: Champion = {
  kind: 'found',
  version: '1.0.0',
  digest: digest('1'),
  path: '/champion.onnx',
  environments: [],
};

/** A model, as tidegate.yaml has it. */
export interface WarehouseCase {
  /** `warehouse`, in flow style. */
  readonly warehouse: string;
  readonly task?: string;
  readonly data: string;
  readonly evaluate: string;
  readonly rules: readonly string[];
  readonly drift?: string;
}

/** The model of a case. */
export function modelOf({
  warehouse,
  task = 'binary-classification',
  data,
  evaluate,
  rules,
  drift,
}: WarehouseCase): ScoredModelConfig {
  const { config } = parseConfig(`version: 1
warehouse: ${warehouse}
models:
  m:
    task: ${task}
    artifact: model.onnx
    data: ${data}
    evaluate: ${evaluate}
    gate: { rules: [${rules.join(', ')}] }
${drift === undefined ? '' : `    drift: ${drift}\n`}`);
  const model = scoredModel(config.models.m);
  return model;
}

/** A request to judge a model on a path or an address. */
export function requestOf(config: ScoredModelConfig, dataset: EvaluationRequest['dataset']): EvaluationRequest {
  return {
    config,
    header: { schema: 'tidegate.dev/evaluation/v1', ...header },
    profileHeader: { schema: 'tidegate.dev/profile/v1', ...header },
    candidate: { kind: 'artifact', path: { shown: 'model.onnx', absolute: '/model.onnx' } },
    dataset,
    reference: dataset,
    championSelector: 'auto',
    resolve: (file) => file,
    base: null,
    rulePlaces: [],
  };
}

/** A hasher that reads no artifact. */
export const HASHER: Parameters<typeof evaluateInWarehouse>[1]['hasher'] = {
  hash: async () => ({ kind: 'file', digest: digest('a'), sizeBytes: 1234, files: [] }),
  hashText: (one) => new FileArtifactHasher().hashText(one),
  hashChunks: (chunks) => new FileArtifactHasher().hashChunks(chunks),
};

/** Judges a model in a warehouse, with a profile of its dataset. */
export async function judgeInWarehouse(
  config: ScoredModelConfig,
  engine: SqlEngine,
  champion: Champion = CHAMPION,
): Promise<Evaluation> {
  const address = config.evaluate.dataset;
  return evaluateInWarehouse(requestOf(config, { shown: address, absolute: address }), {
    engine,
    champions: new InMemoryChampionFinder({ auto: champion }),
    hasher: HASHER,
    progress: () => {},
    profile: (request, judged) => profileInWarehouse(request, judged, { engine, hasher: HASHER }),
  });
}
