import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';

const git = promisify(execFile);

/** A manifest that names a model or an image, in the folder of an environment. */
export interface FoundTarget {
  /** `staging`, `production`, …: the folder that the manifest is in. */
  readonly environment: string;
  readonly file: string;
  /** An InferenceService by its name, or an entry of a kustomization's `images`. */
  readonly inferenceService?: string;
  readonly image?: string;
}

/** Facts of a repository that come with every event. */
export interface RepositoryFacts {
  readonly name: string;
  readonly defaultBranch: string;
  /** `owner/name` where origin is on github.com. */
  readonly gitHubName: string | undefined;
  /** The stage of dvc.yaml that writes a model, and what it writes. */
  readonly stage: { readonly name: string; readonly artifact: string } | undefined;
  readonly paramsFile: string | undefined;
  /** Tables that tests are made with, likeliest first. */
  readonly datasets: readonly string[];
  /** The URL of DVC's default remote. */
  readonly dvcRemoteUrl: string | undefined;
  readonly targets: readonly FoundTarget[];
  readonly requirements: boolean;
}

const MODEL_FILE = /\.onnx$/i;
const TABLE_FILE = /\.(parquet|csv|jsonl|ndjson)$/i;
const HELD_OUT = /(^|[/_-])(test|holdout|hold_out|eval|evaluation|valid|validation)([/_.-]|$)/i;

/** Reads a Git repository's files and configuration; nothing is run but Git. */
export async function readRepositoryFacts(repository: string): Promise<RepositoryFacts> {
  const files = await trackedFiles(repository);
  const stages = existsSync(join(repository, 'dvc.yaml'))
    ? stagesOf(parse(await readFile(join(repository, 'dvc.yaml'), 'utf8')))
    : [];
  const outs = [...stages.flatMap((stage) => stage.outs), ...(await trackedOuts(repository, files))];
  return {
    name: basename(repository)
      .replace(/[^a-zA-Z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, ''),
    defaultBranch: await defaultBranch(repository),
    gitHubName: await gitHubName(repository),
    stage: modelStage(stages),
    paramsFile: files.find((file) => /^params\.(yaml|json|toml)$/.test(file)),
    datasets: [...files, ...outs].filter((file) => TABLE_FILE.test(file) && HELD_OUT.test(file)).sort(),
    dvcRemoteUrl: await dvcRemoteUrl(repository),
    targets: await findTargets(repository, files),
    requirements: files.includes('requirements.txt'),
  };
}

async function trackedFiles(repository: string): Promise<string[]> {
  const args = ['-C', repository, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await git('git', args, { maxBuffer: 256 * 1024 * 1024 });
  return stdout.split('\0').filter((file) => file !== '');
}

/** Default branch of origin, else the branch that is checked out. */
async function defaultBranch(repository: string): Promise<string> {
  const said = await git('git', ['-C', repository, 'symbolic-ref', '--short', 'refs/remotes/origin/HEAD']).catch(
    () => undefined,
  );
  if (said !== undefined) return said.stdout.trim().replace(/^origin\//, '');
  const current = await git('git', ['-C', repository, 'symbolic-ref', '--short', 'HEAD']).catch(() => undefined);
  return current?.stdout.trim() || 'main';
}

async function gitHubName(repository: string): Promise<string | undefined> {
  const origin = await git('git', ['-C', repository, 'remote', 'get-url', 'origin']).catch(() => undefined);
  const address = origin?.stdout.trim() ?? '';
  const name =
    /^(?:(?:https?|ssh):\/\/(?:[^/@\s]+@)?github\.com\/|(?:[^/@\s]+@)?github\.com:)([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/;
  return name.exec(address)?.[1];
}

interface FoundStage {
  readonly name: string;
  readonly outs: readonly string[];
}

function stagesOf(pipeline: unknown): FoundStage[] {
  return entriesOf(field(pipeline, 'stages')).map(([name, stage]) => ({ name, outs: outPaths(field(stage, 'outs')) }));
}

function outPaths(outs: unknown): string[] {
  const list = Array.isArray(outs) ? outs : [];
  return list.flatMap((out) => (typeof out === 'string' ? [out] : Object.keys(Object(out))));
}

/** The stage that writes an ONNX file; else the one that is called train and writes something called model. */
function modelStage(stages: readonly FoundStage[]): RepositoryFacts['stage'] {
  const written = stages.flatMap(({ name, outs }) => outs.map((artifact) => ({ name, artifact })));
  return (
    written.find(({ artifact }) => MODEL_FILE.test(artifact)) ??
    written.find(({ name, artifact }) => /train/i.test(name) && /model/i.test(artifact))
  );
}

async function trackedOuts(repository: string, files: readonly string[]): Promise<string[]> {
  const pointers = files.filter((file) => file.endsWith('.dvc') && !file.startsWith('.dvc/'));
  const found = pointers.map(async (file) => {
    const outs = field(parse(await readFile(join(repository, file), 'utf8')), 'outs');
    const paths = (Array.isArray(outs) ? outs : []).map((out) => String(field(out, 'path') ?? ''));
    return paths.filter((path) => path !== '').map((path) => join(dirname(file), path));
  });
  return (await Promise.all(found)).flat();
}

async function dvcRemoteUrl(repository: string): Promise<string | undefined> {
  const path = join(repository, '.dvc', 'config');
  if (!existsSync(path)) return undefined;
  const text = await readFile(path, 'utf8');
  const remote = /^\s*remote\s*=\s*(.+?)\s*$/m.exec(text)?.[1];
  const section = text.split(/^\s*\[/m).find((part) => part.includes(`remote "${remote ?? ''}"`));
  return /^\s*url\s*=\s*(.+?)\s*$/m.exec(section ?? '')?.[1];
}

/** Manifests in folders that are called like environments. */
async function findTargets(repository: string, files: readonly string[]): Promise<FoundTarget[]> {
  const manifests = files.filter((file) => /\.ya?ml$/.test(file) && environmentOf(file) !== undefined);
  const found = await Promise.all(
    manifests.map(async (file) => targetsIn(file, await readFile(join(repository, file), 'utf8'))),
  );
  return found.flat();
}

function environmentOf(file: string): string | undefined {
  const folders = dirname(file).split('/');
  return folders.find((folder) => /^(dev|development|test|qa|staging|stage|preprod|prod|production)$/i.test(folder));
}

function targetsIn(file: string, text: string): FoundTarget[] {
  const environment = environmentOf(file) ?? '';
  return parseAllDocuments(text, { logLevel: 'silent' }).flatMap((document): FoundTarget[] => {
    const manifest: unknown = document.errors.length > 0 ? undefined : document.toJS();
    const name = field(field(manifest, 'metadata'), 'name');
    if (field(manifest, 'kind') === 'InferenceService' && typeof name === 'string') {
      return [{ environment, file, inferenceService: name }];
    }
    const images = /(^|\/)kustomization\.ya?ml$/.test(file) ? field(manifest, 'images') : undefined;
    return (Array.isArray(images) ? images : []).flatMap((image) => {
      const known = field(image, 'name');
      return typeof known === 'string' ? [{ environment, file, image: known }] : [];
    });
  });
}

function field(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' ? Reflect.get(value, key) : undefined;
}

function entriesOf(value: unknown): [string, unknown][] {
  return value !== null && typeof value === 'object' ? Object.entries(value) : [];
}
