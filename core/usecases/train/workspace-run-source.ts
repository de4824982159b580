import type { PlainValue } from '../../domain/data/plain-value.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import type { DataWorkspace } from '../../ports/data/data-workspace.ts';
import type { PlainFiles } from '../../ports/data/plain-files.ts';
import type { SourceTree } from '../../ports/data/source-tree.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import { type RecordPorts, recordPath } from '../data/record-data.ts';
import type { RunSource } from './run-source.ts';

/** Dependencies of inspecting a workspace. */
export interface WorkspaceSourcePorts extends RecordPorts {
  readonly workspace: RecordPorts['workspace'] & Pick<DataWorkspace, 'exists'>;
  readonly hasher: ArtifactHasher;
  readonly files: Pick<PlainFiles, 'read'>;
  readonly sources: SourceTree;
  /** Absolute path of the repository. */
  readonly root: string;
}

/** Inputs of a run, from the current workspace. */
export class WorkspaceRunSource implements RunSource {
  readonly isWhole = true;
  readonly #ports: WorkspaceSourcePorts;

  constructor(ports: WorkspaceSourcePorts) {
    this.#ports = ports;
  }

  gitFiles(): Promise<readonly string[] | undefined> {
    return this.#ports.sources.files();
  }

  async digests(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const digests = new Map<string, string>();
    for (const file of files) {
      if (await this.#ports.workspace.exists(file)) digests.set(file, await this.otherDigest(file));
    }
    return digests;
  }

  async objectName({ path, md5 }: TrackedOutput): Promise<string | undefined> {
    return (await recordPath(path, this.#ports))?.md5 ?? md5;
  }

  async otherDigest(path: string): Promise<string> {
    return (await this.#ports.hasher.hash(`${this.#ports.root}/${path}`)).digest;
  }

  read(file: string): Promise<PlainValue | undefined> {
    return this.#ports.files.read(file);
  }
}
