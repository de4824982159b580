import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import { OciLayoutFolder } from '../../core/adapters/oci/oci-layout-folder.ts';
import { type BuiltImage, buildImage } from '../../core/usecases/image/build-image.ts';
import { buildCliImage } from '../../scripts/build-cli-image.ts';
import { packCli } from '../../scripts/pack-cli.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { findProgram } from '../../scripts/system-programs.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { type Registry, startRegistry } from '../../testkit/registry.ts';
import { runProgram } from '../../testkit/run-program.ts';

const REGISTRY = findProgram('docker-registry');
const SKOPEO = findProgram('skopeo');
const PACKAGE = path.join(PROJECT_ROOT, '.tools/package');

/** Node's own image is in no registry that tests reach: the base is made here, with its settings. */
describe.skipIf(REGISTRY === undefined || SKOPEO === undefined)('the image of the command line', () => {
  let root: string;
  let registry: Registry;
  let base: string;
  let built: BuiltImage;
  beforeAll(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-cli-image-test-'));
    registry = await startRegistry({ directory: path.join(root, 'registry'), binary: REGISTRY ?? '' });
    await mkdir(path.join(root, 'os', 'etc'), { recursive: true });
    await writeFile(path.join(root, 'os', 'etc', 'os-release'), 'ID=debian\n');
    base = path.join(root, 'base');
    const location = path.join(root, 'os');
    const settings = { Entrypoint: ['docker-entrypoint.sh'], User: 'root', Env: ['PATH=/usr/local/bin:/usr/bin:/bin'] };
    await buildImage(
      {
        ...{ model: 'node', artifact: await new FileArtifactHasher().hash(location), location, repository: 'node' },
        ...{ platform: 'linux/amd64', tags: [], program: { folder: 'base', settings, labels: { maker: 'node' } } },
      },
      { base: undefined, layout: new OciLayoutFolder(base), registry: undefined, note: () => undefined },
    );
    // What is packed is tested with the command line; here it only has to be a program.
    if (!existsSync(path.join(PACKAGE, 'dist/index.js'))) await packCli();
    built = await build('one', true);
  }, 600_000);
  afterAll(async () => {
    await registry?.stop();
    await rm(root, { recursive: true, force: true });
  });

  function build(name: string, push: boolean): Promise<BuiltImage> {
    const repository = `${registry.host}/tidegate/cli`;
    return buildCliImage({ packageFolder: PACKAGE, base, repository, layout: path.join(root, name), push, env: {} });
  }
  async function skopeo(...args: readonly string[]): Promise<string> {
    const run = await runProgram(SKOPEO ?? '', args, { cwd: root, env: { ...hostEnvironment(), HOME: root } });
    expect(run.exitCode, run.stderr).toBe(0);
    return run.stdout;
  }
  const image = () => `docker://${built.reference.replace(/:[^:@/]+@/, '@')}`;

  it('is the same, byte for byte, of the same files', { timeout: 300_000 }, async () => {
    expect((await build('two', false)).digest).toBe(built.digest);
  });

  it('runs tidegate as a user without rights, and keeps what the base says', async () => {
    const { config } = JSON.parse(await skopeo('inspect', '--config', '--tls-verify=false', image()));
    expect(config.Entrypoint).toEqual(['node', '/opt/tidegate/cli/dist/index.js']);
    expect(config.User).toBe('1000:1000');
    expect(config.Env[0]).toBe('PATH=/usr/local/bin:/usr/bin:/bin');
    expect(config.Labels).toMatchObject({ 'org.opencontainers.image.title': 'tidegate', maker: 'node' });
  });

  it('judges with the files of its layers alone, and fetches nothing', { timeout: 120_000 }, async () => {
    const [copy, files] = [path.join(root, 'copy'), path.join(root, 'files')];
    await skopeo('copy', '--quiet', '--src-tls-verify=false', image(), `dir:${copy}`);
    const { layers } = JSON.parse(await readFile(path.join(copy, 'manifest.json'), 'utf8'));
    await mkdir(files);
    for (const { digest } of layers) {
      const archive = path.join(copy, digest.replace('sha256:', ''));
      const tar = await runProgram('tar', ['xf', archive, '-C', files], { cwd: root, env: hostEnvironment() });
      expect(tar.exitCode, tar.stderr).toBe(0);
    }
    const work = path.join(root, 'work');
    await mkdir(work);
    await cp(path.join(PROJECT_ROOT, 'test/fixtures/models/good.onnx'), path.join(work, 'model.onnx'));
    const rows = Array.from({ length: 300 }, (_, i) => {
      const [a, b] = [((i * 37) % 101) / 50 - 1, ((i * 53) % 97) / 48 - 1];
      return `${a},${b},${a + b / 2 > 0 === (i % 13 > 0) ? 1 : 0}`;
    });
    await writeFile(path.join(work, 'test.csv'), `a,b,late\n${rows.join('\n')}\n`);
    const config = `version: 1\nmodels:\n  m:\n    task: binary-classification\n    artifact: model.onnx
    data: { label: late, features: [a, b] }\n    evaluate: { dataset: test.csv, metrics: [accuracy] }
    gate: { rules: [{ metric: accuracy, min: 0.8 }] }\n`;
    await writeFile(path.join(work, 'tidegate.yaml'), config);
    const env = { ...hostEnvironment(), HOME: work, RUNNER_TOOL_CACHE: path.join(files, 'opt/tidegate/tools') };
    const program = path.join(files, 'opt/tidegate/cli/dist/index.js');
    // A registry that does not answer: what would be fetched is not there.
    const offline = { npm_config_registry: 'http://127.0.0.1:1/' };
    const run = await runProgram(process.execPath, [program, 'judge', '--champion', 'none'], {
      cwd: work,
      env: { ...env, ...offline },
    });
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);
    expect(run.stdout).toContain('✅ pass');
  });
});
