import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { InputPlan } from '../../domain/model/input-plan.ts';
import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import { UserError } from '../../errors.ts';
import type { FeatureBatch, ModelRunner, ModelRuntime, OpenModel, ScoreOptions } from '../../ports/model-runner.ts';
import { loadNativeModule, type NativeModuleOptions, nativeModuleVersion } from '../node/native-module.ts';
import { createFeeds } from './feeds.ts';
import { chooseOutput, readScores, type ScoreOutput } from './score-output.ts';
import { withoutZipMap } from './zip-map.ts';

type Runtime = typeof import('onnxruntime-node');

/** How models are run. */
export interface OnnxOptions extends NativeModuleOptions {
  /** Threads of one operator; default: those of the machine. */
  readonly threads?: number;
}

/** Runs ONNX models with ONNX Runtime on the CPU, which is loaded at the first use. */
export class OnnxModelRunner implements ModelRunner {
  readonly #options: OnnxOptions;

  constructor(options: OnnxOptions) {
    this.#options = options;
  }

  async open(path: string, options: ScoreOptions = { scores: 'one' }): Promise<OpenModel> {
    const file = await modelFile(path);
    const runtime = await loadNativeModule('onnxruntime-node', this.#options);
    try {
      const session = await this.#createSession(runtime, file, file);
      if (session.outputMetadata.every(({ isTensor }) => isTensor)) {
        return new OnnxModel(path, { runtime, session, ...options });
      }
      const mended = withoutZipMap(await readFile(file));
      if (mended === null) return new OnnxModel(path, { runtime, session, ...options });
      await session.release();
      return new OnnxModel(path, { runtime, session: await this.#createSession(runtime, mended, file), ...options });
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      throw new UserError('MODEL_INVALID', `${path} is no ONNX model that runs here: ${firstLine(cause)}`, {
        fix: 'Export the model to ONNX (skl2onnx, torch.onnx, onnxmltools, tf2onnx), with operators of the standard, and check that the file is whole.',
        cause,
      });
    }
  }

  /** From a file, so that nothing is held twice; or from bytes. Weights outside of the model lie beside the file. */
  #createSession(runtime: Runtime, model: string | Uint8Array, file: string): Promise<InferenceSession> {
    const { threads } = this.#options;
    const options: InferenceSession.SessionOptions = {
      executionProviders: ['cpu'],
      // Errors only: warnings of the runtime are not the user's.
      logSeverityLevel: 3,
      // Threads that wait for the next batch by spinning take the cores from everything else, at twice the CPU.
      extra: {
        session: {
          intra_op: { allow_spinning: '0' },
          model_external_initializers_file_folder_path: dirname(resolve(file)),
        },
      },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    };
    return typeof model === 'string'
      ? runtime.InferenceSession.create(model, options)
      : runtime.InferenceSession.create(model, options);
  }
}

interface Engine extends ScoreOptions {
  readonly runtime: Runtime;
  readonly session: InferenceSession;
}

class OnnxModel implements OpenModel {
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
  readonly runtime: ModelRuntime;
  readonly #path: string;
  readonly #engine: Engine;
  readonly #output: ScoreOutput;
  #closed = false;

  constructor(path: string, engine: Engine) {
    this.#path = path;
    this.#engine = engine;
    this.inputs = engine.session.inputMetadata.map(toTensor);
    this.outputs = engine.session.outputMetadata.map(toTensor);
    this.runtime = { name: 'onnxruntime', version: nativeModuleVersion('onnxruntime-node'), provider: 'CPU' };
    this.#output = chooseOutput(this.outputs, path);
  }

  async score(batch: FeatureBatch, plan: InputPlan): Promise<Float64Array> {
    const { runtime, session, scores } = this.#engine;
    const feeds = createFeeds(runtime, batch, plan);
    const result = await session.run(feeds, [this.#output.name]).catch((cause: unknown) => {
      throw new UserError('MODEL_INVALID', `${this.#path} fails on the dataset: ${firstLine(cause)}`, {
        fix: 'Check that the model takes the features of data.features, of these types.',
        cause,
      });
    });
    const tensor: Tensor | undefined = result[this.#output.name];
    return readScores(tensor, this.#output, { rows: batch.rows, path: this.#path, scores });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#engine.session.release();
  }
}

/** The model file at a path: the file itself, or the one .onnx file of a folder. */
async function modelFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new UserError('DATA_NOT_FOUND', `there is no model at ${path}`, {
      fix: 'Check artifact in tidegate.yaml, and that train ran before.',
    });
  }
  if (!found.isDirectory()) return path;
  const files = (await readdir(path, { recursive: true })).filter((file) => file.endsWith('.onnx')).sort();
  const [only] = files;
  if (only !== undefined && files.length === 1) return join(path, only);
  throw new UserError('MODEL_INVALID', `${path} holds ${files.length} .onnx files, and one is needed`, {
    fix: 'Keep one .onnx file in the folder, or set artifact to the file.',
  });
}

function toTensor(metadata: InferenceSession.ValueMetadata): ModelTensor {
  if (!metadata.isTensor) return { name: metadata.name, type: 'other', shape: [] };
  const shape = metadata.shape.map((axis) => (typeof axis === 'number' && axis >= 0 ? axis : null));
  return { name: metadata.name, type: metadata.type, shape };
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.slice(0, 300);
}
