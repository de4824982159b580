import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { mapParallel } from '../../../../core/async/map-parallel.ts';
import { applyChanges } from '../../../../core/domain/manifest/edit-manifest.ts';
import { parseManifest } from '../../../../core/domain/manifest/parse-manifest.ts';
import type { YamlPath } from '../../../../core/domain/manifest/yaml-path.ts';
import { UserError } from '../../../../core/errors.ts';
import { goProgramPath } from '../../../../scripts/go-program.ts';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';
import { ensurePythonEnvironment } from '../../../../scripts/python-environment.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { runProgram } from '../../../../testkit/run-program.ts';
import { type SeededRandom, seededRandom } from '../../../../testkit/seeded-random.ts';

const DOCUMENTS = 400;
/** Of them, for kustomize: each costs two processes. */
const BUILT = 80;
const kustomize = goProgramPath('kustomize');
const PLAIN = ['flights:1.9', 's3://a/b#c', 'v1', 'true', '1.10', '0x1f', '12:30', 'x y z', '~', 'null', 'ünï', '-a'];
const VALUES = ['1.4.0', 'registry:5000/a/b:1@sha256:00', '1e3', '0123', 'yes', "it's", 'a"b', '1_000', 'x: y', 's #t'];

interface Written {
  readonly text: string;
  readonly paths: readonly YamlPath[];
}

/** Writes random YAML with the paths of its scalars: styles, indents, comments, anchors and blank lines at random. */
class Writer {
  readonly #random: SeededRandom;
  readonly #step: string;
  readonly paths: YamlPath[] = [];
  #anchors = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#step = ' '.repeat(2 + Math.floor(random.uniform() * 3));
  }

  #chance(share: number): boolean {
    return this.#random.uniform() < share;
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random.uniform() * from.length)] as T;
  }

  #scalar(path: YamlPath, inFlow: boolean): string {
    this.paths.push(path);
    const style = this.#random.uniform();
    const text = this.#pick(PLAIN);
    if (style < 0.25) return JSON.stringify(text);
    if (style < 0.5) return `'${text}'`;
    if (style < 0.6 && this.#anchors > 0) return `*a${this.#anchors}${inFlow ? ' ' : ''}`;
    if (style < 0.7) {
      this.#anchors += 1;
      return `&a${this.#anchors} "${text}"`;
    }
    return text;
  }

  #flow(path: YamlPath): string {
    if (this.#chance(0.5)) return `[ ${[0, 1].map((index) => this.#scalar([...path, index], true)).join(' , ')} ]`;
    return `{${['a', 'b'].map((key) => `${key}: ${this.#scalar([...path, key], true)}`).join(', ')}}`;
  }

  #value(path: YamlPath, indent: string, depth: number): string {
    const kind = this.#random.uniform();
    if (depth > 0 && kind < 0.3) return `\n${this.map(path, indent + this.#step, depth - 1)}`;
    if (depth > 0 && kind < 0.5) return `\n${this.#list(path, indent, depth - 1)}`;
    if (kind < 0.65) return ` ${this.#flow(path)}${this.#end()}`;
    if (kind < 0.72) {
      this.paths.push(path);
      return ` |-\n${indent}${this.#step}some text\n${indent}${this.#step}: {{ more }}\n`;
    }
    return ` ${this.#scalar(path, false)}${this.#end()}`;
  }

  #end(): string {
    return `${this.#chance(0.2) ? '   # a comment: {x}' : ''}\n${this.#chance(0.1) ? '\n' : ''}`;
  }

  map(path: YamlPath, indent: string, depth: number): string {
    const keys = ['name', 'image', '"a.b/c"', 'spec'].slice(0, 2 + Math.floor(this.#random.uniform() * 3));
    return keys
      .map((key) => `${indent}${key}:${this.#value([...path, key.replaceAll('"', '')], indent, depth)}`)
      .join('');
  }

  #list(path: YamlPath, indent: string, depth: number): string {
    return [0, 1].map((index) => `${indent}-${this.#value([...path, index], `${indent}  `, depth)}`).join('');
  }
}

function write(seed: number): Written {
  const random = seededRandom(seed);
  const writer = new Writer(random);
  const text = writer.map([], '', 3);
  return { text: random.uniform() < 0.3 ? text.replaceAll('\n', '\r\n') : text, paths: writer.paths };
}

interface Edited {
  readonly before: string;
  readonly after: string;
  readonly path: YamlPath;
  readonly value: string;
}

/** The edit of one random scalar, or the code that it was refused with. */
function editOne(seed: number): Edited | string {
  const { text, paths } = write(seed);
  const random = seededRandom(seed + 1_000_000);
  const path = paths[Math.floor(random.uniform() * paths.length)] ?? [];
  const value = VALUES[Math.floor(random.uniform() * VALUES.length)] ?? '';
  try {
    return {
      before: text,
      after: applyChanges(parseManifest(text, 'f.yaml'), [{ document: 0, path, value }]),
      path,
      value,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.code;
  }
}

describe('applyChanges, on random YAML', () => {
  const results = Array.from({ length: DOCUMENTS }, (_, seed) => editOne(seed));
  const edited = results.filter((result) => typeof result !== 'string');

  it('edits most documents, and refuses the others by name', () => {
    expect(edited.length).toBeGreaterThan(DOCUMENTS / 2);
    const codes = new Set(results.filter((result) => typeof result === 'string'));
    expect([...codes].filter((code) => !['MANIFEST_UNSUPPORTED', 'MANIFEST_INVALID'].includes(code))).toEqual([]);
  });

  it('changes one place of the text', () => {
    for (const { before, after } of edited) {
      let start = 0;
      while (start < before.length && before[start] === after[start]) start += 1;
      let end = 0;
      while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
      expect(before.slice(start, before.length - end)).not.toContain('\n');
    }
  });

  it('is read by PyYAML and ruamel.yaml as the same document with that one value', async () => {
    const { python } = await ensurePythonEnvironment('checks');
    const script = join(PROJECT_ROOT, 'test', 'golden', 'manifest-readers.py');
    const { stdout, stderr } = spawnSync(python, [script], {
      input: JSON.stringify(edited),
      encoding: 'utf8',
      env: hostEnvironment(),
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([]);
  });

  // Skipped where there is no Go to build kustomize with; `npm test` builds it where there is.
  it.skipIf(!existsSync(kustomize))('is built by kustomize into the same resource with that one value', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-kustomize-'));
    const built = await mapParallel([...edited.slice(0, BUILT).entries()], 2, async ([index, edit]) => {
      const { before, after, path, value } = edit;
      const [was, is] = [await build(folder, `${index}-before`, before), await build(folder, `${index}-after`, after)];
      if (was === undefined) return 'unread';
      expect(is, `${before}\n---\n${after}`).toEqual(put(was, path, value));
      return 'same';
    });
    await rm(folder, { recursive: true, force: true });
    expect(built.filter((one) => one === 'same').length).toBeGreaterThan(BUILT / 2);
  });
});

/** The document as `spec` of a resource, as `kustomize build` has it; undefined where kustomize cannot read it. */
async function build(folder: string, name: string, document: string): Promise<unknown> {
  const indented = document.replace(/^(?=.*\S)/gm, '  ');
  const resource = `apiVersion: example.org/v1\nkind: Wrapped\nmetadata: { name: wrapped }\nspec:\n${indented}`;
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'resource.yaml'), resource);
  await writeFile(join(folder, name, 'kustomization.yaml'), 'resources: [resource.yaml]\n');
  const options = { cwd: folder, env: hostEnvironment() };
  const { exitCode, stdout } = await runProgram(kustomize, ['build', name], options);
  return exitCode === 0 ? parse(stdout).spec : undefined;
}

/** A copy of a document with another value at a path. */
function put(document: unknown, [key, ...rest]: YamlPath, value: string): unknown {
  if (key === undefined) return value;
  const copy: unknown = structuredClone(document);
  const place = copy as Record<string | number, unknown>;
  place[key] = put(place[key], rest, value);
  return copy;
}
