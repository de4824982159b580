import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root.ts';
import { runOrThrow } from './run-command.ts';
import { timedStep } from './timed-step.ts';

/** Programs in Go that tests and benchmarks compare with, at the version that was tried. */
const PROGRAMS = {
  'fake-gcs-server': 'github.com/fsouza/fake-gcs-server@v1.56.1',
  kustomize: 'sigs.k8s.io/kustomize/kustomize/v5@v5.8.1',
  oras: 'oras.land/oras/cmd/oras@v1.3.6',
  regctl: 'github.com/regclient/regclient/cmd/regctl@v0.11.7',
  versitygw: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
  yq: 'github.com/mikefarah/yq/v4@v4.54.1',
} as const;

/** Programs of this repository: their folders, and a version that is raised when their text changes. */
const OWN_PROGRAMS = { 'check-dashboard': 'testkit/grafana@v1' } as const;

/** A program that Go builds. */
export type GoProgram = keyof typeof PROGRAMS | keyof typeof OWN_PROGRAMS;

const SOURCES: Readonly<Record<GoProgram, string>> = { ...PROGRAMS, ...OWN_PROGRAMS };

/** Path of a built Go program. */
export function goProgramPath(name: GoProgram): string {
  const version = SOURCES[name].split('@')[1] ?? '';
  return join(PROJECT_ROOT, '.tools', `go-${name}-${version}`, name);
}

/**
 * Builds a program with `go install`, once a version.
 *
 * @returns Its path.
 * @throws {Error} Where there is no Go, or it cannot build.
 */
export async function ensureGoProgram(name: GoProgram): Promise<string> {
  const path = goProgramPath(name);
  if (existsSync(path)) return path;
  const folder = join(path, '..');
  const building = `${folder}.building-${process.pid}`;
  await timedStep(`Building ${name} with Go`, async () => {
    await mkdir(building, { recursive: true });
    try {
      const env = { ...process.env, GOBIN: building, GOFLAGS: '-trimpath' };
      const own = name in OWN_PROGRAMS ? (SOURCES[name].split('@')[0] ?? '') : undefined;
      const cwd = own === undefined ? building : join(PROJECT_ROOT, own);
      await runOrThrow('go', ['install', own === undefined ? SOURCES[name] : '.'], { cwd, env });
      await rename(building, folder);
    } catch (error) {
      if (!existsSync(path)) throw error;
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  });
  return path;
}
