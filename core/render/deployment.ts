import { type TextEdit, unifiedDiff } from '../domain/text/unified-diff.ts';
import { fencedCode } from './text/fenced-code.ts';

/** What the summary of deploy-manifest tells. */
export interface RenderedDeployment {
  readonly model: string;
  readonly environment: string;
  readonly version: { readonly version: string };
  readonly edits: readonly TextEdit[];
}

/** The step summary of deploy-manifest: what runs where, and the difference. */
export function renderDeployment({ model, environment, version, edits }: RenderedDeployment): string {
  const title = `### Tidegate · ${model} · v${version.version} in ${environment}\n\n`;
  if (edits.length === 0) return `${title}The manifests hold this version already: nothing to change.\n`;
  return `${title}${fencedCode(edits.map(unifiedDiff).join(''), 'diff')}\n`;
}
