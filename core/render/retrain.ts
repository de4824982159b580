import { formatMarker } from './marker.ts';
import { inlineCode } from './text/inline-code.ts';

/** What a retrain pull request tells. */
export interface RetrainView {
  readonly model: string;
  /** Changed data pointers. */
  readonly files: readonly string[];
  /** The drift issue that asked for it; undefined where it was closed meanwhile. */
  readonly issue: number | undefined;
}

/** Writes a retrain pull request. */
export function renderRetrain({ model, files, issue }: RetrainView): { readonly title: string; readonly body: string } {
  const because = issue === undefined ? 'New data was fetched.' : `The data moved: #${issue}.`;
  const parts = [
    formatMarker('retrain', model),
    `### Tidegate · ${model} · retrain on new data`,
    `${because} This pull request changes data pointers and nothing else; its checks train the model on the new data and judge it against the champion. Merge it if the gate passes.`,
    files.map((file) => `- ${inlineCode(file)}`).join('\n'),
  ];
  return { title: `Retrain ${model} on new data`, body: `${parts.join('\n\n')}\n` };
}
