import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from 'markdown-table';
import { WorkspaceFiles } from '../../core/adapters/files/workspace-files.ts';
import { mapParallel } from '../../core/async/map-parallel.ts';
import { FILES_AT_ONCE, planDeployment } from '../../core/usecases/promote/deploy-version.ts';
import { ensureGoProgram } from '../go-program.ts';

const FILES = 1000;
const digest = `sha256:${'ab'.repeat(32)}`;
const repository = 'registry.example/flights';
const reference = `${repository}:1.10@${digest}`;

/** A contender: it sets the image in every folder's kustomization.yaml. */
interface Contender {
  readonly name: string;
  run(folder: string): Promise<void>;
}

/**
 * Times the same 1,000 edits by Tidegate and its peers: each kustomization.yaml gets a new tag and digest. `kustomize` and
 * `yq` edit one file a process; both are run by one shell loop, so that only their own start counts.
 */
export async function run(): Promise<void> {
  const [kustomize, yq] = [await ensureGoProgram('kustomize'), await ensureGoProgram('yq')];
  const directory = await mkdtemp(join(tmpdir(), 'tidegate-manifests-'));
  const expression = `(.images[] | select(.name == "flights")) |= (.newTag = "1.10" | .digest = "${digest}")`;
  const contenders: readonly Contender[] = [
    { name: 'Tidegate', run: editAll },
    {
      name: 'kustomize edit set image',
      run: (folder) =>
        shell(folder, `for d in *; do (cd $d && ${kustomize} edit set image flights=${reference}); done`),
    },
    {
      name: 'yq -i',
      run: (folder) => shell(folder, `for d in *; do ${yq} -i '${expression}' $d/kustomization.yaml; done`),
    },
  ];
  try {
    const origin = join(directory, 'origin');
    await makeFiles(origin);
    const rows: string[][] = [];
    let ownMs = 0;
    for (const { name, run: edit } of contenders) {
      const folder = join(directory, name.replaceAll(' ', '-'));
      await cp(origin, folder, { recursive: true });
      const startedAt = performance.now();
      await edit(folder);
      const ms = performance.now() - startedAt;
      ownMs ||= ms;
      rows.push([name, ms.toFixed(0), (ms / ownMs).toFixed(1), String(await changedLines(origin, folder))]);
    }
    console.log(
      `${FILES} files, node ${process.versions.node}; lines of the first file that differ from the original:\n`,
    );
    console.log(
      markdownTable([['by', 'ms', 'times Tidegate', 'changed lines'], ...rows], { align: ['l', 'r', 'r', 'r'] }),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function makeFiles(origin: string): Promise<void> {
  const text = `# what runs here
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
    - ../../base   # shared
images:
    - name: sidecar
      newTag: "2"
    - name: flights
      newName: ${repository}
      newTag: "1.9"   # set by pull requests
      digest: sha256:${'cd'.repeat(32)}
`;
  for (let index = 0; index < FILES; index += 1) {
    await mkdir(join(origin, `s${index}`), { recursive: true });
    await writeFile(join(origin, `s${index}`, 'kustomization.yaml'), text);
  }
}

/** As deploy-manifest does: plan everything, then write each file by rename. */
async function editAll(folder: string): Promise<void> {
  const files = new WorkspaceFiles(folder);
  const targets = Array.from({ length: FILES }, (_, index) => ({
    file: `s${index}/kustomization.yaml`,
    image: 'flights',
  }));
  const version = { version: '1.4.0', artifactUri: 's3://models/x', image: { repository, tag: '1.10', digest } };
  const edits = await planDeployment({ targets }, version, (file) => files.read(file));
  if (edits.length !== FILES) throw new Error(`${edits.length} of ${FILES} files have changed`);
  await mapParallel(edits, FILES_AT_ONCE, ({ file, after }) => files.write(file, after));
}

async function shell(cwd: string, script: string): Promise<void> {
  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.slice(-2000));
}

async function changedLines(origin: string, folder: string): Promise<number> {
  const read = async (root: string) => (await readFile(join(root, 's0', 'kustomization.yaml'), 'utf8')).split('\n');
  const [before, after] = [await read(origin), await read(folder)];
  return after.filter((line, index) => line !== before[index]).length;
}
