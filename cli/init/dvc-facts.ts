import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { entriesOf, fieldOf, textsOf } from './plain-fields.ts';
import type { ConfigFile } from './python/configured-value.ts';

/** A stage of dvc.yaml, its templates filled. */
export interface DvcStage {
  readonly name: string;
  readonly command: string;
  readonly deps: readonly string[];
  readonly outs: readonly string[];
}

/** Facts of DVC's files at the root of the repository. */
export interface DvcFacts {
  readonly isUsed: boolean;
  readonly stages: readonly DvcStage[];
  /** `artifacts:` of dvc.yaml. */
  readonly artifacts: readonly { readonly name: string; readonly path: string }[];
  /** Paths that `.dvc` files track. */
  readonly outs: readonly string[];
  /** The URL of DVC's default remote. */
  readonly remoteUrl: string | undefined;
}

/** Reads dvc.yaml, .dvc files and .dvc/config. */
export async function readDvcFacts(
  repository: string,
  files: readonly string[],
  configs: readonly ConfigFile[],
): Promise<DvcFacts> {
  const text = existsSync(join(repository, 'dvc.yaml')) ? await readFile(join(repository, 'dvc.yaml'), 'utf8') : '';
  const pipeline: unknown = parse(text, { logLevel: 'silent' });
  const fill = fillerOf(pipeline, configs);
  return {
    isUsed: existsSync(join(repository, '.dvc')),
    stages: entriesOf(fieldOf(pipeline, 'stages')).map(([name, stage]) => ({
      name,
      command: textsOf(fieldOf(stage, 'cmd')).map(fill).join(' && '),
      deps: pathsOf(fieldOf(stage, 'deps')).map(fill),
      outs: pathsOf(fieldOf(stage, 'outs')).map(fill),
    })),
    artifacts: entriesOf(fieldOf(pipeline, 'artifacts')).flatMap(([name, artifact]) => {
      const path = fieldOf(artifact, 'path');
      return typeof path === 'string' ? [{ name, path: fill(path) }] : [];
    }),
    outs: await trackedOuts(repository, files),
    remoteUrl: await remoteUrl(repository),
  };
}

/** `${base.model_dir}` by params.yaml and `vars`. What has no value stays. */
function fillerOf(pipeline: unknown, configs: readonly ConfigFile[]): (text: string) => string {
  const vars = fieldOf(pipeline, 'vars');
  const listed = (Array.isArray(vars) ? vars : []).flatMap((entry: unknown) => {
    if (typeof entry !== 'string') return [entry];
    return configs.filter(({ path }) => path === entry.split(':')[0]).map(({ value }) => value);
  });
  const sources = [...listed, ...configs.filter(({ path }) => path === 'params.yaml').map(({ value }) => value)];
  const valueAt = (keys: readonly string[]) =>
    sources
      .map((source) => keys.reduce<unknown>((at, key) => fieldOf(at, key), source))
      .find((value) => typeof value === 'string' || typeof value === 'number');
  return (text) =>
    text.replaceAll(/\$\{([\w.-]+)\}/g, (whole, key: string) => String(valueAt(key.split('.')) ?? whole));
}

function pathsOf(list: unknown): string[] {
  return (Array.isArray(list) ? list : []).flatMap((entry: unknown) =>
    typeof entry === 'string' ? [entry] : entriesOf(entry).map(([path]) => path),
  );
}

async function trackedOuts(repository: string, files: readonly string[]): Promise<string[]> {
  const pointers = files.filter((file) => file.endsWith('.dvc') && !file.startsWith('.dvc/'));
  const found = pointers.map(async (file) => {
    const outs = fieldOf(parse(await readFile(join(repository, file), 'utf8'), { logLevel: 'silent' }), 'outs');
    const paths = (Array.isArray(outs) ? outs : []).map((out) => String(fieldOf(out, 'path') ?? ''));
    return paths.filter((path) => path !== '').map((path) => join(dirname(file), path));
  });
  return (await Promise.all(found)).flat();
}

async function remoteUrl(repository: string): Promise<string | undefined> {
  const path = join(repository, '.dvc', 'config');
  if (!existsSync(path)) return undefined;
  const text = await readFile(path, 'utf8');
  const remote = /^\s*remote\s*=\s*(.+?)\s*$/m.exec(text)?.[1];
  const section = text.split(/^\s*\[/m).find((part) => part.includes(`remote "${remote ?? ''}"`));
  return /^\s*url\s*=\s*(.+?)\s*$/m.exec(section ?? '')?.[1];
}
