import { formatDirectoryManifest } from '../../domain/data/directory-manifest.ts';
import { isLegacyObject } from '../../domain/data/dvc-object-key.ts';
import { needOf } from '../../domain/data/needed-object.ts';
import type { OutputRecord } from '../../domain/data/output-record.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { isFolderOutput } from '../../domain/data/wanted-file.ts';
import { UserError } from '../../errors.ts';
import type { DataWorkspace } from '../../ports/data/data-workspace.ts';
import { type FetchPorts, fetchObjects, missingError } from './fetch-objects.ts';
import { readFolderList, refuseUnknownParts } from './folder-list.ts';
import { mergeFolder } from './merge-folder.ts';
import { keepInCache, type RecordPorts } from './record-data.ts';

/** A folder as it is recorded now. */
export interface PartialRecord {
  readonly record: Omit<OutputRecord, 'path'>;
  /** Recorded files that stay although they are not here. */
  readonly keptFiles: number;
}

/**
 * Records what is here of a folder of which pulls brought parts only, or of which parts only are named. The rest stays as it
 * was recorded: what never was here was not removed.
 *
 * @returns Undefined where the output is recorded as it is in the workspace: no folder, not there, or whole.
 * @throws {UserError} OBJECT_MISSING where no remote has the list of the folder, DVC_UNSUPPORTED for a folder of DVC 2.
 */
export async function recordPartialFolder(
  output: TrackedOutput,
  parts: readonly string[],
  jobs: number,
  ports: RecordPorts & FetchPorts & { readonly workspace: Pick<DataWorkspace, 'pulls'> },
): Promise<PartialRecord | undefined> {
  const brought = ports.workspace.pulls.broughtParts(output.path);
  if (parts.includes('') && brought === undefined) return undefined;
  if (!isFolderOutput(output) || output.md5 === undefined) {
    refuseUnknownParts({ output, parts }, []);
    return undefined;
  }
  const entry = await ports.workspace.inspect(output.path);
  if (entry?.kind !== 'folder') return undefined;
  if (isLegacyObject(output.md5)) throw ofOldVersion(output);
  const { missing } = await fetchObjects([needOf(output)], { jobs }, ports);
  if (missing.length > 0) throw missingError(missing, ports.openRemote);
  const recorded = await readFolderList(output, ports.cache);
  refuseUnknownParts({ output, parts }, [...recorded, ...entry.files]);
  const { sizeBytes } = output;
  const merged = mergeFolder({ recorded, sizeBytes, here: entry.files, parts, brought });
  await keepInCache(
    merged.taken.map(({ path, md5 }) => ({ path: `${output.path}/${path}`, md5 })),
    ports,
  );
  const md5 = await ports.cache.addManifest(formatDirectoryManifest(merged.entries));
  const fileCount = merged.entries.length;
  return {
    record: { md5, sizeBytes: merged.sizeBytes, fileCount, isExecutable: false },
    keptFiles: merged.keptCount,
  };
}

function ofOldVersion({ path, declaredIn }: TrackedOutput): UserError {
  return new UserError('DVC_UNSUPPORTED', `${path} was recorded by DVC 2, and only parts of it are here or are named`, {
    fix: `Pull all of it (data-pull with targets: ${path}), and push it without naming a part.`,
    place: { file: declaredIn },
  });
}
