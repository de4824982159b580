import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBase } from '../actions/build-image/open-base.ts';
import { readDockerConfig } from '../actions/docker-config.ts';
import { FileArtifactHasher } from '../core/adapters/files/file-artifact-hasher.ts';
import { createHttpFetch } from '../core/adapters/http/http-fetch.ts';
import { OciLayoutFolder } from '../core/adapters/oci/oci-layout-folder.ts';
import { RegistryRepository } from '../core/adapters/oci/registry-repository.ts';
import { type BuiltImage, buildImage } from '../core/usecases/image/build-image.ts';
import { fillToolCache } from '../testkit/native-tool-cache.ts';
import { packCli } from './pack-cli.ts';
import { PROJECT_ROOT } from './project-root.ts';

/** Image of the command line to build. */
export interface CliImageOptions {
  /** Folder of the packed command line. */
  readonly packageFolder: string;
  /** A Node 24 image: the reference of a registry, or the folder of an OCI layout. */
  readonly base: string;
  readonly repository: string;
  /** Folder for the OCI layout. */
  readonly layout: string;
  readonly push: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The user `node` of Node's own images. */
const USER = '1000:1000';
const FOLDER = 'opt/tidegate';

/**
 * Builds the image of the command line: the packed program and its native modules as one layer on an image of Node, by the code
 * of build-image. It runs as a user without rights, fetches nothing, and the same files make the same image.
 */
export async function buildCliImage({ packageFolder, base, ...options }: CliImageOptions): Promise<BuiltImage> {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  const location = await mkdtemp(join(tmpdir(), 'tidegate-cli-image-'));
  try {
    await cp(packageFolder, join(location, 'cli'), { recursive: true });
    await fillToolCache(join(location, 'tools'));
    const access = { dockerConfig: await readDockerConfig(options.env), fetch: createHttpFetch(options.env) };
    const artifact = await new FileArtifactHasher().hash(location);
    const { repository } = options;
    const request = { model: 'tidegate', artifact, location, repository, platform: platform(), tags: [version] };
    return await buildImage(
      { ...request, program: { folder: FOLDER, settings: SETTINGS, labels: labelsOf(version) } },
      {
        base: openBase(base, process.cwd(), access),
        layout: new OciLayoutFolder(options.layout),
        registry: options.push ? new RegistryRepository({ repository }, access) : undefined,
        note: (line) => console.log(line),
      },
    );
  } finally {
    await rm(location, { recursive: true, force: true });
  }
}

const SETTINGS = {
  Entrypoint: ['node', `/${FOLDER}/cli/dist/index.js`],
  Cmd: ['--help'],
  User: USER,
  WorkingDir: '/work',
  Env: [`RUNNER_TOOL_CACHE=/${FOLDER}/tools`, 'NODE_ENV=production'],
};

function labelsOf(version: string): Readonly<Record<string, string>> {
  return {
    'org.opencontainers.image.title': 'tidegate',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'org.opencontainers.image.source': 'https://github.com/tidegate/tidegate',
  };
}

/** Native modules are those of this machine. */
function platform(): string {
  return `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;
}

if (import.meta.main) {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { base: text, repository: text, push: { type: 'boolean', default: false } },
  });
  const { base, repository, push } = values;
  if (base === undefined || repository === undefined) {
    console.error(
      'Usage: node scripts/build-cli-image.ts --base node:24-bookworm-slim@sha256:… --repository HOST/NAME [--push]',
    );
    process.exit(2);
  }
  await packCli();
  const tools = join(PROJECT_ROOT, '.tools');
  const folders = { packageFolder: join(tools, 'package'), layout: join(tools, 'cli-image') };
  const built = await buildCliImage({ ...folders, base, repository, push, env: process.env });
  console.log(built.reference);
}
