import { z } from 'zod';
import { inlineCode } from '../text/inline-code.ts';
import { formatDataBlock, formatMarker, parseDataBlock } from '../text/marker.ts';

/** Content of a retrain pull request. */
export interface RetrainView {
  readonly model: string;
  /** Changed data pointers. */
  readonly files: readonly string[];
  /** The drift issue that asked for it; undefined where it was closed meanwhile. */
  readonly issue: number | undefined;
  /** The commit that the workflow pushed. */
  readonly data: string;
}

const retrainData = z.object({ data: z.string().regex(/^[0-9a-f]{40}$/) });

/** Data of the hidden block of a retrain's body; undefined if it was tampered with or is missing. */
export function parseRetrainData(body: string): z.infer<typeof retrainData> | undefined {
  const parsed = retrainData.safeParse(parseDataBlock(body));
  return parsed.success ? parsed.data : undefined;
}

/** Writes a retrain pull request. */
export function renderRetrain({ model, files, issue, data }: RetrainView): {
  readonly title: string;
  readonly body: string;
} {
  const because = issue === undefined ? 'New data was fetched.' : `The data drifted: #${issue}.`;
  const parts = [
    formatMarker('retrain', model),
    `### Tidegate · ${model} · retrain on new data`,
    `${because} This pull request changes only data pointers. Its checks train the model on the new data and compare it with the champion. Merge it if the gate passes.`,
    files.map((file) => `- ${inlineCode(file)}`).join('\n'),
    formatDataBlock({ data }),
  ];
  return { title: `Retrain ${model} on new data`, body: `${parts.join('\n\n')}\n` };
}
