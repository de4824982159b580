import type { ManifestEntry } from './directory-manifest.ts';
import { isLegacyObject, legacyObjectName, recordedDigest } from './dvc-object-key.ts';
import { isWithin } from './repository-path.ts';
import type { WantedOutput } from './select-outputs.ts';
import { FOLDER_SUFFIX, type TrackedOutput } from './tracked-output.ts';

/** One file that has to be in the workspace. */
export interface WantedFile {
  readonly path: string;
  /** Name of its object (`object-key.ts`). */
  readonly md5: string;
  readonly isExecutable: boolean;
  readonly output: TrackedOutput;
}

/** True if an output is a folder. */
export function isFolderOutput(output: TrackedOutput): boolean {
  return output.md5?.endsWith(FOLDER_SUFFIX) ?? false;
}

/** The wanted files of a folder, in the order of its manifest. */
export function filesOfFolder(
  { output, parts }: WantedOutput,
  entries: readonly ManifestEntry[],
): readonly WantedFile[] {
  const isLegacy = output.md5 !== undefined && isLegacyObject(output.md5);
  return entries
    .filter((entry) => parts.some((part) => isWithin(entry.path, part)))
    .map((entry) => ({
      path: `${output.path}/${entry.path}`,
      md5: isLegacy ? legacyObjectName(recordedDigest(entry.md5)) : entry.md5,
      isExecutable: false,
      output,
    }));
}

/** The wanted file of an output that is one file. */
export function fileOfOutput(output: TrackedOutput, md5: string): WantedFile {
  return { path: output.path, md5, isExecutable: output.isExecutable, output };
}
