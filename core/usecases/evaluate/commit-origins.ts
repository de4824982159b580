import { leastTrusted } from '../../domain/data/dataset-origin.ts';
import { commitCommand, dvcTarget, pushCommand } from '../../domain/data/dvc-command.ts';
import { isLegacyObject, legacyObjectName, recordedDigest } from '../../domain/data/dvc-object-key.ts';
import { isWithin } from '../../domain/data/repository-path.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { type Problem, UserError } from '../../errors.ts';
import type { ByteDigests, DataBytes } from '../../ports/data/data-bytes.ts';
import type { CommitFiles } from '../../ports/train/commit-files.ts';
import type { CheckedFiles, DatasetOrigins } from './dataset-origins.ts';

/** Reference for comparing files. */
export interface OriginPorts {
  readonly commit: CommitFiles;
  /** Paths that DVC's files of that commit track. */
  readonly outputs: readonly TrackedOutput[];
  readonly bytes: DataBytes;
  /** The path of a file relative to the root of the data, `/`-separated; undefined for one outside of it. */
  readonly relative: (file: string) => string | undefined;
}

/** Key of the digest of a file. */
type Named =
  | { readonly kind: 'git'; readonly digest: string }
  | { readonly kind: 'pointer'; readonly output: TrackedOutput; readonly name: string | undefined }
  | { readonly kind: 'none' };

/** A file with what names it. */
interface NamedFile {
  readonly file: string;
  readonly path: string;
  readonly named: Named;
}

/** Chosen: no one reads more at once. */
const MAX_PROBLEMS = 20;

/** Compares datasets with the blobs and the pointers of a commit. */
export class CommitOrigins implements DatasetOrigins {
  readonly #ports: OriginPorts;

  constructor(ports: OriginPorts) {
    this.#ports = ports;
  }

  async check(files: readonly string[], isFetched: boolean): Promise<CheckedFiles> {
    const { commit, bytes } = this.#ports;
    const named = isFetched ? unnamed(files) : await this.#named(files);
    const digests = await bytes.digests(named.map(({ file, named: by }) => ({ file, like: objectNameOf(by) })));
    const sha256 = digests.map((digest) => digest.sha256);
    if (isFetched) return { origin: 'fetched', note: undefined, digests: sha256 };
    const problems = named.flatMap((one, index) => problemOf(one, digests[index], commit.sha) ?? []);
    if (problems.length > 0) throw UserError.ofProblems('DATASET_MISMATCH', problems.slice(0, MAX_PROBLEMS));
    const origin = leastTrusted(named.map(({ named: by }) => (by.kind === 'none' ? 'made' : 'commit')));
    if (origin === 'made' || commit.isOfRun) return { origin, note: undefined, digests: sha256 };
    const note = `it was compared with the commit ${commit.sha}, which this run is not for`;
    return { origin: 'unknown', note, digests: sha256 };
  }

  async #named(files: readonly string[]): Promise<readonly NamedFile[]> {
    const { commit, relative } = this.#ports;
    const paths = files.map((file) => relative(file));
    const inGit = await commit.digests(paths.filter((path) => path !== undefined));
    const lists = new Map<TrackedOutput, ReadonlyMap<string, string> | undefined>();
    const found: NamedFile[] = [];
    for (const [index, file] of files.entries()) {
      const path = paths[index];
      const digest = path === undefined ? undefined : inGit.get(path);
      if (path === undefined) found.push({ file, path: file, named: { kind: 'none' } });
      else if (digest !== undefined) found.push({ file, path, named: { kind: 'git', digest } });
      else found.push({ file, path, named: await this.#byPointer({ file, path }, lists) });
    }
    return found;
  }

  async #byPointer(
    { file, path }: { readonly file: string; readonly path: string },
    lists: Map<TrackedOutput, ReadonlyMap<string, string> | undefined>,
  ): Promise<Named> {
    const output = this.#ports.outputs.find((one) => one.md5 !== undefined && isWithin(path, one.path));
    if (output?.md5 === undefined) return { kind: 'none' };
    if (output.path === path) return { kind: 'pointer', output, name: output.md5 };
    const member = path.slice(output.path.length + 1);
    if (!lists.has(output)) lists.set(output, await this.#listOf(output.md5, file.slice(0, -member.length - 1)));
    return { kind: 'pointer', output, name: lists.get(output)?.get(member) };
  }

  async #listOf(name: string, folder: string): Promise<ReadonlyMap<string, string> | undefined> {
    const entries = await this.#ports.bytes.folderFiles(name, folder);
    const objectName = (md5: string) => (isLegacyObject(name) ? legacyObjectName(md5) : md5);
    return entries && new Map(entries.map((entry) => [entry.path, objectName(entry.md5)]));
  }
}

function unnamed(files: readonly string[]): readonly NamedFile[] {
  return files.map((file) => ({ file, path: file, named: { kind: 'none' } }));
}

function objectNameOf(named: Named): string | undefined {
  return named.kind === 'pointer' ? named.name : undefined;
}

function problemOf({ path, named }: NamedFile, found: ByteDigests | undefined, sha: string): Problem | undefined {
  if (named.kind === 'none' || found === undefined) return undefined;
  const commit = `commit ${sha.slice(0, 12)}`;
  if (named.kind === 'git') {
    if (named.digest === found.sha256) return undefined;
    return {
      message: `the dataset file ${path} is not what ${commit} has: ${named.digest} there, ${found.sha256} here`,
      fix: 'Do not write it in a step before it is judged. If it must change, commit it.',
      place: { file: path },
    };
  }
  if (named.name !== undefined && named.name === found.objectName) return undefined;
  const { output, name } = named;
  const there = name === undefined ? 'another folder there' : `MD5 ${recordedDigest(name)} there`;
  const here = found.objectName === undefined ? found.sha256 : `MD5 ${recordedDigest(found.objectName)}`;
  return {
    message: `the dataset file ${path} is not what ${output.declaredIn} of ${commit} names: ${there}, ${here} here`,
    fix: fixOf(output),
    place: { file: output.declaredIn, ...(output.line === undefined ? {} : { line: output.line }) },
  };
}

function fixOf(output: TrackedOutput): string {
  const { stage, declaredIn } = output;
  const push = pushCommand(output, output.remote);
  return stage === undefined
    ? `Do not write it in a step before it is judged. If it must change: '${commitCommand(output)}', '${push}', and commit ${declaredIn}.`
    : `Run 'dvc repro ${dvcTarget(output)}' and '${push}', and commit ${declaredIn}; or do not write it in a step before it is judged.`;
}
