// Runs in a network and process namespace of its own: started by scripts/e2e.ts.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startArgoCd, template } from './argo-cd.ts';
import { startControlPlane } from './control-plane.ts';
import { Daemons } from './daemons.ts';
import { startKServe } from './kserve.ts';
import { builtModule, ensureModule, MODULES, type ModuleName } from './programs.ts';
import { ENVIRONMENTS } from './repository.ts';
import { type Figures, KSERVE_SCENARIOS, SCENARIOS, type Scenario } from './scenarios.ts';
import { Observer, startWorld } from './world.ts';

const { served, ...ALWAYS } = ENVIRONMENTS;
const folder = await mkdtemp(join(tmpdir(), 'tidegate-e2e-'));
const daemons = new Daemons(folder, { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder });
let failed = 0;
try {
  failed = await runAll();
} finally {
  await daemons.stop();
  if (failed === 0 && process.argv[2] !== '--keep') await rm(folder, { recursive: true, force: true });
  else console.log(`Logs: ${folder}`);
}
process.exit(failed === 0 ? 0 : 1);

/** @returns How many scenarios failed. */
async function runAll(): Promise<number> {
  const kserve = await builtModule('kserve');
  const environments = [...Object.values(ALWAYS), ...(kserve === undefined ? [] : [served])];
  const startedAt = performance.now();
  const [etcd, kubernetes, kwok] = await Promise.all([
    ensureModule('etcd'),
    ensureModule('kubernetes'),
    ensureModule('kwok'),
  ]);
  const plane = await startControlPlane({ folder, daemons, modules: { etcd, kubernetes, kwok } });
  const world = await startWorld(environments);
  const module = await ensureModule('argo-cd');
  await startArgoCd({ folder, daemons, plane, module, path: process.env.PATH ?? '' }, world.access);
  if (kserve !== undefined) await startKServe({ folder, daemons, plane, module: kserve });
  const observer = new Observer(world, plane.api);
  await checkTemplates(observer);
  for (const environment of environments) {
    await observer.deploy(environment, environment === ALWAYS.production ? 'settings.yaml' : undefined);
  }
  daemons.check();
  console.log(`Everything runs after ${((performance.now() - startedAt) / 1000).toFixed(0)} s. ${await memory()}.`);
  printParts(kserve !== undefined);
  const failed = await runScenarios(observer, [...SCENARIOS, ...(kserve === undefined ? [] : KSERVE_SCENARIOS)]);
  if (kserve === undefined)
    for (const { name } of KSERVE_SCENARIOS) console.log(`- ${name}: not run (KServe not built)`);
  console.log(`${await memory()}.`);
  // Argo CD's client asks for its tokens with a body that is null, which GitHub takes.
  const { violations: all } = observer.bot.github;
  const violations = all.filter(({ operation }) => !operation.endsWith('/access_tokens'));
  if (violations.length > 0) console.log(`Requests that GitHub does not know: ${JSON.stringify(violations)}`);
  await observer.promotion.stop();
  return failed + violations.length;
}

/** The API server takes each of them, unknown fields refused. */
async function checkTemplates({ api }: Observer): Promise<void> {
  for (const file of ['application.yaml', 'application-sources.yaml', 'application-set.yaml']) {
    await api.check(await template(file));
  }
}

async function runScenarios(observer: Observer, scenarios: readonly Scenario[]): Promise<number> {
  for (const { name, run } of scenarios) {
    try {
      const figures = await run(observer);
      daemons.check();
      console.log(`✓ ${name}: ${formatFigures(figures)}`);
    } catch (error) {
      console.log(`✗ ${name}`);
      console.log(error);
      return 1;
    }
  }
  return 0;
}

function formatFigures(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? `${value.toFixed(1)} s` : value}`)
    .join(', ');
}

function printParts(hasKServe: boolean): void {
  const names: ModuleName[] = ['etcd', 'kubernetes', 'argo-cd', ...(hasKServe ? (['kserve'] as const) : [])];
  console.log(`real: ${names.map((name) => `${name} ${MODULES[name].version}`).join(', ')}, the bot, Git`);
  console.log(
    `sim: GitHub (the testkit's forge), kubelets and pods (kwok ${MODULES.kwok.version}), registration of versions`,
  );
}

/** Resident memory of everything in this namespace. */
async function memory(): Promise<string> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const sizes = await Promise.all(
    processes.map(async (id) => {
      const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    }),
  );
  return `Resident memory: ${(sizes.reduce((sum, size) => sum + size, 0) / 1024 ** 2).toFixed(1)} GiB`;
}
