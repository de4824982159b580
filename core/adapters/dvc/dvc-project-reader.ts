import path from 'node:path';
import type { DataProject } from '../../domain/data/data-project.ts';
import { type ConfigSections, optionStyle, parseDvcConfig } from '../../domain/data/dvc-config.ts';
import { dvcError } from '../../domain/data/dvc-problem.ts';
import { type IgnoreRule, isIgnored, parseIgnoreRules } from '../../domain/data/ignore-rules.ts';
import { isPlainMap, type PlainMap, type PlainValue } from '../../domain/data/plain-value.ts';
import { folderOf, inFolder } from '../../domain/data/repository-path.ts';
import { digestLines, parseDvcFile, type TrackedOutput } from '../../domain/data/tracked-output.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { DEFAULT_PARAMS, type Pipeline, parsePipeline, type Stage } from '../../domain/train/pipeline.ts';
import { expandedOutputs, lockedStages, lockFileOf, stageOutputs } from '../../domain/train/stage-lock.ts';
import { readVariables } from '../../domain/train/stage-variables.ts';
import type { UserError } from '../../errors.ts';
import type { DataProjectReader } from '../../ports/data/data-project-reader.ts';
import type { TreeFiles } from '../../ports/train/tree-files.ts';
import { FolderTree } from '../files/folder-tree.ts';
import { parsePlain } from './parse-plain.ts';
import { readDvcConfig } from './read-dvc-config.ts';

/** Folders that hold no data of the repository. */
const SKIPPED = new Set(['.git', '.hg', '.dvc', 'node_modules']);

/** Where a repository lies, and the environment that DVC's own config levels depend on. */
export interface DvcProjectPlace {
  /** Absolute. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What DVC's files say, without its configuration, which belongs to the machine too. */
export type TrackedProject = Omit<DataProject, 'config'>;

/** Reads DVC's files of a repository. A repository without any gives an empty project. */
export class DvcProjectReader implements DataProjectReader {
  readonly #place: DvcProjectPlace;
  readonly #tree: TreeFiles;

  constructor(place: DvcProjectPlace) {
    this.#place = place;
    this.#tree = new FolderTree(place.root);
  }

  async read(): Promise<DataProject> {
    const config = await readDvcConfig(this.#place);
    return { ...(await new TrackedProjectReader(this.#tree, config).read()), config };
  }

  /** Whether there is any file of DVC's, whatever it holds. */
  hasFiles(): Promise<boolean> {
    return new TrackedProjectReader(this.#tree).hasFiles();
  }

  /** The rules of all `.dvcignore` files. */
  ignoreRules(): Promise<readonly IgnoreRule[]> {
    return new TrackedProjectReader(this.#tree).ignoreRules();
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
  return new TrackedProjectReader(tree, config).read();
}

class TrackedProjectReader {
  readonly #tree: TreeFiles;
  readonly #config: ConfigSections;

  constructor(tree: TreeFiles, config: ConfigSections = new Map()) {
    this.#tree = tree;
    this.#config = config;
  }

  async read(): Promise<TrackedProject> {
    const files = await this.#findFiles();
    const locks = new Map<string, PlainMap>();
    const stages: Stage[] = [];
    const refusals: UserError[] = [];
    const outputs: TrackedOutput[] = [];
    for (const file of files) {
      if (path.posix.basename(file) !== 'dvc.yaml') {
        const text = await this.#text(file);
        outputs.push(...parseDvcFile(await parsePlain(text, file), file, digestLines(text)));
        continue;
      }
      const found = await this.#readPipeline(file);
      const lockFile = lockFileOf({ file });
      const lockText = await this.#tree.text(lockFile);
      const locked = lockedStages(lockText === undefined ? null : await parsePlain(lockText, lockFile), lockFile);
      const lines = digestLines(lockText ?? '');
      locks.set(lockFile, locked);
      stages.push(...found.stages);
      refusals.push(...found.refusals);
      outputs.push(...found.stages.flatMap((stage) => stageOutputs(stage, locked, lines)));
      if (found.refusals.length > 0) {
        const read = new Set(found.stages.map(({ address }) => address));
        const others = await this.#expanded(file, locked, lines);
        outputs.push(...others.filter(({ stage }) => !read.has(stage ?? '')));
      }
    }
    refuseDoubles(outputs);
    outputs.sort((left, right) => compareCodePoints(left.path, right.path));
    return { outputs, stages, refusals, locks };
  }

  async hasFiles(): Promise<boolean> {
    return (await this.#findFiles()).length > 0;
  }

  async ignoreRules(): Promise<readonly IgnoreRule[]> {
    const rules: IgnoreRule[] = [];
    await this.#walk('', rules, []);
    return rules;
  }

  async #findFiles(): Promise<string[]> {
    const files: string[] = [];
    await this.#walk('', [], files);
    return files;
  }

  async #walk(folder: string, rules: IgnoreRule[], files: string[]): Promise<void> {
    const entries = await this.#tree.list(folder);
    // A project of its own (`dvc init --subdir`), which DVC leaves alone too.
    if (folder !== '' && entries.some(({ name, isFolder }) => name === '.dvc' && isFolder)) return;
    const within = (name: string): string => inFolder(folder, name);
    if (entries.some(({ name }) => name === '.dvcignore')) {
      rules.push(...parseIgnoreRules(await this.#text(within('.dvcignore')), folder));
    }
    const names = new Set(entries.map(({ name }) => name));
    for (const entry of [...entries].sort((a, b) => compareCodePoints(a.name, b.name))) {
      const location = within(entry.name);
      // What a .dvc file of the same name tracks may be large, and holds no .dvc files.
      const isTracked = names.has(`${entry.name}.dvc`);
      if (entry.isFolder) {
        if (isTracked || SKIPPED.has(entry.name) || isIgnored(rules, location, 'folder')) continue;
        await this.#walk(location, rules, files);
      } else if (isDvcFile(entry.name) && !isIgnored(rules, location, 'file')) files.push(location);
    }
  }

  async #readPipeline(file: string): Promise<Pipeline> {
    const value = await this.#plain(file);
    const folder = folderOf(file);
    const load = (path: string) => this.#optional(path);
    const vars = isPlainMap(value) ? (value.get('vars') ?? []) : [];
    const variables = await readVariables(vars, DEFAULT_PARAMS, { file, folder, load });
    return parsePipeline(value, { file, variables, style: optionStyle(this.#config), load });
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

function isDvcFile(name: string): boolean {
  return name === 'dvc.yaml' || (name.endsWith('.dvc') && name !== '.dvc');
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
