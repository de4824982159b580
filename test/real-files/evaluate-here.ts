import { DuckDbTableReader } from '../../core/adapters/duckdb/duckdb-table-reader.ts';
import { OnnxArtifactHasher } from '../../core/adapters/onnx/onnx-artifact-hasher.ts';
import { OnnxModelRunner } from '../../core/adapters/onnx/onnx-model-runner.ts';
import { parseConfig } from '../../core/config/parse-config.ts';
import { evaluateCandidate } from '../../core/usecases/evaluate/evaluate-candidate.ts';
import type { EvaluationPorts } from '../../core/usecases/evaluate/evaluation-ports.ts';
import { UncheckedOrigins } from '../../core/usecases/evaluate/unchecked-origins.ts';
import { PROJECT_MODULES } from '../../scripts/project-root.ts';
import { InMemoryChampionFinder } from '../../testkit/fakes/in-memory-champion-finder.ts';
import { scoredModel } from '../../testkit/scored-model.ts';

const engines = { env: {}, nodeModules: PROJECT_MODULES };
const HEADER = { createdAt: '2001-03-01T00:00:00.000Z', tool: { name: 'tidegate', version: '0.1.0' }, model: 'm' };
const SOURCE = { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null };

/** What an evaluation is asked for. */
export interface AskedEvaluation {
  readonly dataset: string;
  readonly candidate: { readonly kind: 'artifact' | 'predictions'; readonly path: string };
  readonly task: string;
  readonly metrics: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly evaluate?: Readonly<Record<string, unknown>>;
}

/** What it said of all rows. */
export interface FoundEvaluation {
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** The use case of evaluate-and-gate over its real adapters, in this process. Close the tables when done. */
export class Evaluator {
  readonly tables = new DuckDbTableReader(engines);
  readonly models = new OnnxModelRunner({ ...engines, threads: 1 });

  /** @throws {UserError} What the use case throws. */
  async evaluate({ dataset, candidate, ...asked }: AskedEvaluation): Promise<FoundEvaluation> {
    const { config } = parseConfig(configOf(asked));
    const model = scoredModel(config.models.m);
    const place = (path: string) => ({ shown: path, absolute: path });
    const { evaluation } = await evaluateCandidate(
      {
        config: model,
        header: { schema: 'tidegate.dev/evaluation/v1', ...HEADER, source: SOURCE },
        profileHeader: { schema: 'tidegate.dev/profile/v1', ...HEADER, source: SOURCE },
        candidate: { kind: candidate.kind, path: place(candidate.path) },
        dataset: place(dataset),
        reference: place(dataset),
        championSelector: 'none',
        resolve: (path) => path,
        rulePlaces: [],
        base: null,
      },
      this.#ports(),
    );
    const all = evaluation.metrics.filter(({ slice }) => slice === undefined);
    return {
      rows: evaluation.dataset.rows,
      metrics: Object.fromEntries(all.map(({ name, value }) => [name, value])),
    };
  }

  #ports(): EvaluationPorts {
    const hasher = new OnnxArtifactHasher();
    return {
      tables: this.tables,
      models: this.models,
      champions: new InMemoryChampionFinder({}),
      hasher,
      origins: new UncheckedOrigins(hasher),
      fetchPredictions: async () => {
        throw new Error('no store');
      },
      computationOf: async () => undefined,
      bringData: async () => 'file' as const,
      engine: this.tables,
      clockMs: () => 0,
      progress: () => {},
    };
  }
}

/** JSON is YAML. */
function configOf({ task, metrics, data, evaluate = {} }: Omit<AskedEvaluation, 'dataset' | 'candidate'>): string {
  return JSON.stringify({
    version: 1,
    models: {
      m: {
        task,
        artifact: 'model.onnx',
        data,
        evaluate: { dataset: 'data', 'min-rows': 1, metrics, ...evaluate },
        gate: { rules: [{ metric: metrics[0], ...(task === 'regression' ? { max: 1e12 } : { min: 0 }) }] },
      },
    },
  });
}
