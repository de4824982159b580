import type { ErrorPlace } from '../../errors.ts';
import type { TrackedOutput } from './tracked-output.ts';
import { isFolderOutput, type WantedFile } from './wanted-file.ts';

/** An object that is needed, and for what. */
export interface NeededObject {
  /** Its name (`object-key.ts`). */
  readonly md5: string;
  /** If known: a large object then comes in parts from the start. */
  readonly sizeBytes: number | undefined;
  /** Path in the workspace, for messages. */
  readonly path: string;
  /** The output that it is of, or that it is in. */
  readonly output: TrackedOutput;
  /** The line of the `.dvc` or lock file that names it. */
  readonly place: ErrorPlace;
  /** The remote that has it; undefined for the default one. */
  readonly remote: string | undefined;
}

/** The object of an output: its bytes, or the list of a folder. */
export function needOf(output: TrackedOutput): NeededObject {
  const { md5 = '', path, remote } = output;
  return {
    output,
    md5,
    path,
    remote,
    place: placeOf(output),
    sizeBytes: isFolderOutput(output) ? undefined : output.sizeBytes,
  };
}

/** The object of a wanted file. */
export function needOfFile({ md5, path, output }: WantedFile): NeededObject {
  const sizeBytes = md5 === output.md5 ? output.sizeBytes : undefined;
  return { output, md5, path, remote: output.remote, place: placeOf(output), sizeBytes };
}

function placeOf({ declaredIn, line }: TrackedOutput): NeededObject['place'] {
  return line === undefined ? { file: declaredIn } : { file: declaredIn, line };
}
