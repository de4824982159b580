import { slug } from './model-name.ts';

/** The name of the workflow artifact that carries a model's reports from job to job. */
export function workflowArtifactName(model: string, attempt: number): string {
  return `tidegate-${slug(model)}-${attempt}`;
}

/**
 * The artifacts of a model's evaluations among those of a run, the newest attempt first; others are left out.
 *
 * @example newestAttemptsFirst('m', [{ name: 'tidegate-m-1' }, { name: 'tidegate-m-1-version' }, { name: 'tidegate-m-2' }]) // => [{ attempt: 2, artifact: { name: 'tidegate-m-2' } }, { attempt: 1, artifact: { name: 'tidegate-m-1' } }]
 */
export function newestAttemptsFirst<Artifact extends { readonly name: string }>(
  model: string,
  artifacts: readonly Artifact[],
): readonly { readonly attempt: number; readonly artifact: Artifact }[] {
  const prefix = `tidegate-${slug(model)}-`;
  return artifacts
    .flatMap((artifact) => {
      const rest = artifact.name.startsWith(prefix) ? artifact.name.slice(prefix.length) : '';
      return /^\d{1,9}$/.test(rest) ? [{ attempt: Number(rest), artifact }] : [];
    })
    .sort((a, b) => b.attempt - a.attempt);
}
