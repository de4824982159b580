import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PROJECT_ROOT } from '../project-root.ts';
import { runOrThrow } from '../run-command.ts';
import { timedStep } from '../timed-step.ts';

/** Go modules whose programs make the cluster, each at the version that was tried: the one place that names them. */
export const MODULES = {
  etcd: { path: 'go.etcd.io/etcd/server/v3', version: 'v3.6.8', packages: [''] },
  kubernetes: {
    path: 'k8s.io/kubernetes',
    version: 'v1.36.3',
    packages: ['/cmd/kube-apiserver', '/cmd/kube-controller-manager', '/cmd/kube-scheduler'],
    // The API server tells clients this version; without it, it says v0.0.0.
    versionVariables: ['k8s.io/component-base/version.gitVersion', 'k8s.io/client-go/pkg/version.gitVersion'],
  },
  kwok: { path: 'sigs.k8s.io/kwok', version: 'v0.8.0', packages: ['/cmd/kwok'] },
  'argo-cd': {
    path: 'github.com/argoproj/argo-cd/v3',
    version: 'v3.2.11',
    packages: ['/cmd'],
    versionVariables: ['github.com/argoproj/argo-cd/v3/common.version'],
  },
  kserve: { path: 'github.com/kserve/kserve', version: 'v0.20.0', packages: ['/cmd/manager'] },
} satisfies Record<string, GoModule>;

interface GoModule {
  readonly path: string;
  readonly version: string;
  /** Its main packages, relative to the module's path. */
  readonly packages: readonly string[];
  readonly versionVariables?: readonly string[];
}

/** A Go module whose programs the cluster consists of. */
export type ModuleName = keyof typeof MODULES;

/** All of them, in the order in which they are built. */
export const MODULE_NAMES = [
  'etcd',
  'kubernetes',
  'kwok',
  'argo-cd',
  'kserve',
] as const satisfies readonly ModuleName[];

/** Output of a module's build. */
export interface BuiltModule {
  /** The folder of its programs, each named after the last part of its package. */
  readonly bin: string;
  /** The module's own files (custom resource definitions, default settings), read-only, in Go's module cache. */
  readonly source: string;
}

/**
 * Builds the programs of a module, once per version.
 *
 * @returns Where its programs and its files are.
 * @throws {Error} If there is no Go, the module cannot be had, or it does not build.
 */
export async function ensureModule(name: ModuleName): Promise<BuiltModule> {
  const { path, version }: GoModule = MODULES[name];
  const source = await downloadModule(`${path}@${version}`);
  const bin = binOf(name);
  if (existsSync(bin)) return { bin, source };
  await timedStep(`Building ${name} ${version} with Go`, () => buildInto(bin, { module: MODULES[name], source }));
  return { bin, source };
}

/** A module whose programs were built before; undefined where they were not. */
export async function builtModule(name: ModuleName): Promise<BuiltModule | undefined> {
  return existsSync(binOf(name)) ? ensureModule(name) : undefined;
}

function binOf(name: ModuleName): string {
  return join(PROJECT_ROOT, '.tools', `e2e-${name}-${MODULES[name].version}`);
}

async function downloadModule(query: string): Promise<string> {
  const answer: unknown = JSON.parse(await runOrThrow('go', ['mod', 'download', '-json', query], { cwd: '/' }));
  if (typeof answer === 'object' && answer !== null && 'Dir' in answer && typeof answer.Dir === 'string') {
    return answer.Dir;
  }
  throw new Error(`go mod download -json ${query} names no folder.`);
}

async function buildInto(bin: string, { module, source }: { module: GoModule; source: string }): Promise<void> {
  const building = `${bin}.building-${process.pid}`;
  await mkdir(join(building, 'bin'), { recursive: true });
  try {
    await writeFile(join(building, 'go.mod'), await goModFor(module, source));
    const out = join(building, 'bin');
    for (const part of module.packages) {
      const target = join(out, basename(`${module.path.replace(/\/v\d+$/, '')}${part}`));
      const args = ['build', ...buildFlags(module), '-o', target, `${module.path}${part}`];
      await runOrThrow('go', args, { cwd: building, env: buildEnvironment() });
    }
    await rename(out, bin);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

function buildFlags({ version, versionVariables = [] }: GoModule): string[] {
  const variables = versionVariables.map((name) => `-X ${name}=${version}`);
  return ['-mod=mod', '-trimpath', '-buildvcs=false', '-ldflags', ['-s -w', ...variables].join(' ')];
}

/** GOFLAGS of the caller stay in force, so that `GOFLAGS=-p=1` leaves a core to others. */
function buildEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };
}

/**
 * A module that does nothing but require another one. `go install` refuses modules with replace directives, and Go
 * reads those of the main module alone: so they are repeated here.
 */
async function goModFor({ path, version }: GoModule, source: string): Promise<string> {
  const original = await readFile(join(source, 'go.mod'), 'utf8');
  const go = /^go (\S+)$/m.exec(original)?.[1] ?? '1.26';
  const replaces = replacedModules(original, version);
  return [`module tidegate.dev/e2e`, `go ${go}`, `require ${path} ${version}`, ...replaces, ''].join('\n');
}

function replacedModules(goMod: string, version: string): string[] {
  const lines = [...goMod.matchAll(/^(?:replace )?\t?(\S+) => (\S+)(?: (\S+))?$/gm)];
  return lines.flatMap(([, from = '', to = '', toVersion]) => {
    if (toVersion !== undefined) return [`replace ${from} => ${to} ${toVersion}`];
    // Kubernetes has these modules in its own tree; the proxy has them as modules of the same minor version. Other
    // folders (etcd's) are modules that the require lines name with a version.
    return to.startsWith('./staging/') ? [`replace ${from} => ${from} ${version.replace(/^v1/, 'v0')}`] : [];
  });
}
