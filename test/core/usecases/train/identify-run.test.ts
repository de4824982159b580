import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { DvcCache } from '../../../../core/adapters/dvc/dvc-cache.ts';
import { DvcWorkspace } from '../../../../core/adapters/dvc/dvc-workspace.ts';
import { PlainFileFolder } from '../../../../core/adapters/dvc/plain-file-folder.ts';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { GitSourceTree } from '../../../../core/adapters/git/git-source-tree.ts';
import { identifyRun } from '../../../../core/usecases/train/identify-run.ts';
import { WorkspaceRunSource } from '../../../../core/usecases/train/workspace-run-source.ts';
import { gitEnvironment } from '../../../../testkit/host-environment.ts';

it('identifies no run of a command where no repository says which files are the code', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'tidegate-identify-'));
  try {
    const cache = new DvcCache(path.join(root, 'cache'));
    const workspace = new DvcWorkspace({
      root,
      ownFolder: path.join(root, 'own'),
      cache,
      linkTypes: ['copy'],
      ignoreFiles: [],
    });
    const hasher = new FileArtifactHasher();
    const files = new PlainFileFolder(root);
    const sources = new GitSourceTree(root, gitEnvironment());
    const source = new WorkspaceRunSource({ root, cache, workspace, files, hasher, sources });
    const work = { kind: 'command', line: 'true', params: undefined, ignored: [] } as const;
    const identified = identifyRun({ project: { outputs: [] }, work, folder: '' }, { source, hasher });
    await expect(identified).rejects.toMatchObject({ code: 'GIT_FAILED' });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
