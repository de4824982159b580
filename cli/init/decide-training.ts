import type { KnownFacts } from './adoption.ts';
import type { RepositoryFacts } from './repository-facts.ts';
import { started } from './training-command.ts';

/** The stages or the command that train. */
export type Training = { readonly stages: readonly string[] } | { readonly command: string };

/** Stages of DVC where DVC is used, else a command; undefined where the repository has none. */
export function trainingOf({ repository, options }: KnownFacts, artifact: string | undefined): Training | undefined {
  const { dvc, program, environment } = repository;
  if (options.command !== undefined) return { command: options.command };
  const stage =
    options.stage ??
    dvc.stages.find(
      ({ outs }) => artifact !== undefined && outs.some((out) => artifact === out || artifact.startsWith(`${out}/`)),
    )?.name ??
    dvc.stages.find(({ name }) => /^train/i.test(name))?.name;
  // Stages need DVC's own folder; without it only their command is left.
  if (stage !== undefined && dvc.isUsed) return { stages: [stage] };
  const command = dvc.stages.find(({ name }) => name === stage)?.command ?? program?.command;
  if (command === undefined) return undefined;
  return { command: withFolder(started(command, environment.manager), { artifact, repository }) };
}

/** Git keeps no empty folder: where training does not make the one of its model, the command does. */
function withFolder(
  command: string,
  { artifact, repository }: { readonly artifact: string | undefined; readonly repository: RepositoryFacts },
): string {
  const folder = artifact?.includes('/') === true ? artifact.slice(0, artifact.lastIndexOf('/')) : undefined;
  if (folder === undefined || repository.git.files.some((file) => file.startsWith(`${folder}/`))) return command;
  const makes = repository.python.some(
    ({ path, calls }) =>
      repository.reached.includes(path) &&
      calls.some(({ method }) => /^(?:makedirs|mkdir|create_directories)$/.test(method)),
  );
  return makes ? command : `mkdir -p ${folder} && ${command}`;
}
