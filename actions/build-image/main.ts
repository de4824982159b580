import { basename, join } from 'node:path';
import { createHttpFetch } from '../../core/adapters/http/http-fetch.ts';
import { OciLayoutFolder } from '../../core/adapters/oci/oci-layout-folder.ts';
import { RegistryRepository } from '../../core/adapters/oci/registry-repository.ts';
import { buildImage } from '../../core/usecases/image/build-image.ts';
import type { ActionContext } from '../action-context.ts';
import { readDockerConfig } from '../docker-config.ts';
import { readInputs } from '../inputs.ts';
import { loadOptionalModel } from '../load-model.ts';
import { reportFolder } from '../report-files.ts';
import { chooseImage } from './choose-image.ts';
import { findArtifact } from './find-artifact.ts';
import { inputs } from './inputs.ts';
import { openBase } from './open-base.ts';
import { outputs } from './outputs.ts';

/** Builds and pushes the image of a model. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const loaded = await loadOptionalModel(context, values.model);
  const { repository, base, platform } = chooseImage(loaded?.model ?? {}, values);
  // Without a model, the image is of what its repository is called.
  const name = loaded?.name ?? values.model ?? basename(repository);
  const { artifact, location } = await findArtifact(context, { name, loaded }, values);
  context.log.info(`Building ${repository} from ${location} (${artifact.digest}) on ${base ?? 'nothing'}`);
  const registries = { dockerConfig: await readDockerConfig(context.env), fetch: createHttpFetch(context.env) };
  const folder = join(reportFolder(context.env, name), 'image');
  const built = await buildImage(
    { model: name, artifact, location, repository, platform, tags: values.tags ?? [] },
    {
      base: openBase(base, context.workingDirectory, registries),
      layout: new OciLayoutFolder(folder),
      registry: values.push === false ? undefined : new RegistryRepository({ repository }, registries),
      note: (line) => context.log.info(line),
    },
  );
  outputs.write(context, {
    'image-reference': built.reference,
    'image-digest': built.digest,
    'layout-path': folder,
  });
  context.log.info(built.reference);
}
