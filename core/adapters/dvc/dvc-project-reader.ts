import type { DataProject } from '../../domain/data/data-project.ts';
import { type ConfigSections, parseDvcConfig } from '../../domain/data/dvc-config.ts';
import { dvcError } from '../../domain/data/dvc-problem.ts';
import type { IgnoreFile } from '../../domain/data/ignore-rules.ts';
import { isPlainMap, type PlainMap, type PlainValue } from '../../domain/data/plain-value.ts';
import { digestLines, parseDvcFile, type TrackedOutput } from '../../domain/data/tracked-output.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import type { Stage } from '../../domain/train/pipeline.ts';
import { readPipeline } from '../../domain/train/read-pipeline.ts';
import { expandedOutputs, lockedStages, lockFileOf, stageOutputs } from '../../domain/train/stage-lock.ts';
import type { UserError } from '../../errors.ts';
import type { TreeFiles } from '../../ports/train/tree-files.ts';
import { FolderTree } from '../files/folder-tree.ts';
import { parsePlain } from './parse-plain.ts';
import { readDvcConfig } from './read-dvc-config.ts';
import { type DvcFileVisit, type IsIgnoredPath, isPipeline, walkDvcFiles } from './walk-dvc-files.ts';

/** Folder of a repository, and the environment on which DVC's own config levels depend. */
export interface DvcProjectPlace {
  /** Absolute. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The ignored paths in it. */
  readonly readIgnored: () => Promise<IsIgnoredPath>;
}

/** Content of DVC's files, without its configuration, which depends on the machine too. */
export type TrackedProject = Omit<DataProject, 'config'>;

/** Reads DVC's files of a repository. A repository without any gives an empty project. */
export class DvcProjectReader {
  readonly #place: DvcProjectPlace;
  readonly #tree: TreeFiles;
  #rules: readonly IgnoreFile[] | undefined;

  constructor(place: DvcProjectPlace) {
    this.#place = place;
    this.#tree = new FolderTree(place.root);
  }

  async read(): Promise<DataProject> {
    const config = await readDvcConfig(this.#place);
    const reader = new TrackedProjectReader(this.#tree, config);
    const project = await reader.read((visit) => this.#walk(visit));
    return { ...project, config };
  }

  /** True if there is any file of DVC's, whatever it holds. */
  async hasFiles(): Promise<boolean> {
    let hasAny = false;
    await this.#walk(async () => {
      hasAny = true;
      return [];
    });
    return hasAny;
  }

  /** All `.dvcignore` files that the last of the above came by. */
  async ignoreFiles(): Promise<readonly IgnoreFile[]> {
    if (this.#rules === undefined) await this.read();
    return this.#rules ?? [];
  }

  async #walk(visit: DvcFileVisit): Promise<void> {
    this.#rules = await walkDvcFiles(this.#tree, await this.#place.readIgnored(), visit);
  }
}

/**
 * Reads DVC's files of a commit. Of its configuration only how commands are written counts, and only that of the repository.
 *
 * @throws {UserError} As `DataProjectReader.read`.
 */
export async function readTrackedProject(tree: TreeFiles): Promise<TrackedProject> {
  const file = '.dvc/config';
  const text = await tree.text(file);
  const config = text === undefined ? new Map() : parseDvcConfig(text, { file, folder: '/.dvc' });
  const walk = (visit: DvcFileVisit) => walkDvcFiles(tree, () => false, visit);
  return new TrackedProjectReader(tree, config).read(walk);
}

/** Findings so far. */
interface Findings {
  readonly locks: Map<string, PlainMap>;
  readonly stages: Stage[];
  readonly refusals: UserError[];
  readonly outputs: TrackedOutput[];
}

class TrackedProjectReader {
  readonly #tree: TreeFiles;
  readonly #config: ConfigSections;

  constructor(tree: TreeFiles, config: ConfigSections) {
    this.#tree = tree;
    this.#config = config;
  }

  async read(walk: (visit: DvcFileVisit) => Promise<unknown>): Promise<TrackedProject> {
    const found: Findings = { locks: new Map(), stages: [], refusals: [], outputs: [] };
    await walk((file) => this.#readFile(file, found));
    refuseDoubles(found.outputs);
    found.outputs.sort((left, right) => compareCodePoints(left.path, right.path));
    return found;
  }

  /** @returns Paths of the outputs that the file declares. */
  async #readFile(file: string, found: Findings): Promise<readonly string[]> {
    const outputs = isPipeline(file) ? await this.#readStages(file, found) : await this.#readPointer(file);
    found.outputs.push(...outputs);
    return outputs.map((output) => output.path);
  }

  async #readPointer(file: string): Promise<readonly TrackedOutput[]> {
    const text = await this.#text(file);
    return parseDvcFile(await parsePlain(text, file), file, digestLines(text));
  }

  async #readStages(file: string, { locks, stages, refusals }: Findings): Promise<readonly TrackedOutput[]> {
    const pipeline = await readPipeline(await this.#plain(file), {
      ...{ file, config: this.#config },
      load: (path) => this.#optional(path),
    });
    const lockFile = lockFileOf({ file });
    const lockText = await this.#tree.text(lockFile);
    const locked: PlainMap =
      lockText === undefined ? new Map() : lockedStages(await parsePlain(lockText, lockFile), lockFile);
    const lines = digestLines(lockText ?? '');
    locks.set(lockFile, locked);
    stages.push(...pipeline.stages);
    refusals.push(...pipeline.refusals);
    const outputs = pipeline.stages.flatMap((stage) => stageOutputs(stage, locked, lines));
    if (pipeline.refusals.length === 0) return outputs;
    const read = new Set(pipeline.stages.map(({ address }) => address));
    const others = await this.#expanded(file, locked, lines);
    return [...outputs, ...others.filter(({ stage }) => !read.has(stage ?? ''))];
  }

  async #expanded(file: string, locked: PlainMap, lines: ReadonlyMap<string, number>) {
    const value = await this.#plain(file);
    const raw = isPlainMap(value) ? value.get('stages') : undefined;
    return isPlainMap(raw) ? expandedOutputs(raw, locked, { file, lines }) : [];
  }

  async #plain(file: string): Promise<PlainValue> {
    return parsePlain(await this.#text(file), file);
  }

  async #optional(file: string): Promise<PlainValue | undefined> {
    const text = await this.#tree.text(file);
    if (text === undefined) return undefined;
    // As DVC has it, an empty file is an empty mapping.
    return (await parsePlain(text, file)) ?? new Map();
  }

  async #text(file: string): Promise<string> {
    const text = await this.#tree.text(file);
    if (text !== undefined) return text;
    throw dvcError('DVC_INVALID', file, {
      message: 'does not exist',
      fix: 'Add it, or remove the entry that names it.',
    });
  }
}

function refuseDoubles(outputs: readonly TrackedOutput[]): void {
  const seen = new Map<string, TrackedOutput>();
  for (const output of outputs) {
    const first = seen.get(output.path);
    if (first !== undefined) {
      throw dvcError('DVC_INVALID', output.declaredIn, {
        message: `${output.path} is also an output of ${first.stage ?? first.declaredIn}`,
        fix: 'Remove one of the two.',
      });
    }
    seen.set(output.path, output);
  }
}
