import { slug } from './model-name.ts';

/**
 * What the jobs of a run hand on: the judged bytes and the run report (`model`, never read by the bot), the reports of
 * the gate (`report`), and a registered version's document (`version`, uploaded by the register job alone).
 */
export type WorkflowArtifactKind = 'model' | 'report' | 'version';

/**
 * The name of a workflow artifact of a model.
 *
 * @param attempt Of the run, from 1.
 * @example workflowArtifactName('m', 'report', 2) // => 'tidegate-m-2-report'
 */
export function workflowArtifactName(model: string, kind: WorkflowArtifactKind, attempt: number): string {
  return `tidegate-${slug(model)}-${attempt}-${kind}`;
}

/**
 * The artifacts of a kind among those of a run, the newest attempt first; others are left out. A name that is there
 * twice is left out as well: which one is meant nobody can say.
 *
 * @example artifactsOfKind('m', 'report', [{ name: 'tidegate-m-1-report' }, { name: 'tidegate-m-1-model' }]) // => [{ attempt: 1, artifact: { name: 'tidegate-m-1-report' } }]
 */
export function artifactsOfKind<Artifact extends { readonly name: string }>(
  model: string,
  kind: WorkflowArtifactKind,
  artifacts: readonly Artifact[],
): readonly { readonly attempt: number; readonly artifact: Artifact }[] {
  const [prefix, suffix] = [`tidegate-${slug(model)}-`, `-${kind}`];
  const found = artifacts.flatMap((artifact) => {
    const { name } = artifact;
    const isKind = name.startsWith(prefix) && name.endsWith(suffix);
    const attempt = isKind ? name.slice(prefix.length, -suffix.length) : '';
    return /^[1-9]\d{0,8}$/.test(attempt) ? [{ attempt: Number(attempt), artifact }] : [];
  });
  const isTwice = (attempt: number) => found.filter((other) => other.attempt === attempt).length > 1;
  return found.filter(({ attempt }) => !isTwice(attempt)).sort((a, b) => b.attempt - a.attempt);
}
