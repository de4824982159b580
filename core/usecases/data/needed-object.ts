import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { isFolderOutput, type WantedFile } from '../../domain/data/wanted-file.ts';
import type { NeededObject } from './fetch-objects.ts';

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
