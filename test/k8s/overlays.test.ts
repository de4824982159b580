import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { goProgramPath } from '../../scripts/go-program.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runProgram } from '../../testkit/run-program.ts';

const kustomize = goProgramPath('kustomize');
const LABELS = { 'app.kubernetes.io/name': 'tidegate-bot' };
let folder: string;
let validate: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8s-'));
  validate = join((await ensurePythonEnvironment('checks')).bin, 'kubernetes-validate');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(program: string, args: readonly string[]) {
  return runProgram(program, [...args], { cwd: PROJECT_ROOT, env: hostEnvironment() });
}

async function build(overlay: string) {
  const { exitCode, stdout, stderr } = await run(kustomize, ['build', join('k8s', 'overlays', overlay)]);
  expect(`${stderr}${exitCode}`).toBe('0');
  const file = join(folder, `${overlay}.yaml`);
  await writeFile(file, stdout);
  const resources = parseAllDocuments(stdout).map((document) => document.toJS());
  return { file, find: (kind: string) => resources.find((resource) => resource.kind === kind) };
}

// Skipped where there is no Go to build kustomize with; `npm test` builds it where there is.
describe.skipIf(!existsSync(kustomize)).each(['single', 'replicated'])('the overlay %s', (overlay) => {
  it('is what Kubernetes accepts, unknown fields refused', async () => {
    const { file } = await build(overlay);
    const { exitCode, stdout, stderr } = await run(validate, ['--strict', file]);
    expect(exitCode, stdout + stderr).toBe(0);
  });

  it('selects the bot and nothing else, and gives it no rights', async () => {
    const { find } = await build(overlay);
    const { spec } = find('Deployment');
    expect(spec.selector.matchLabels).toEqual(LABELS);
    expect(spec.template.metadata.labels).toEqual(LABELS);
    expect(find('Service').spec.selector).toEqual(LABELS);
    expect(find('NetworkPolicy').spec.podSelector.matchLabels).toEqual(LABELS);
    expect(spec.template.spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    for (const container of spec.template.spec.containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('has a disruption budget where it has replicas to spare', async () => {
    const { find } = await build(overlay);
    const { replicas } = find('Deployment').spec;
    const budget = find('PodDisruptionBudget');
    expect(replicas).toBe(overlay === 'replicated' ? 2 : 1);
    expect(budget?.spec.selector.matchLabels).toEqual(overlay === 'replicated' ? LABELS : undefined);
  });
});
