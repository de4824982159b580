import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FolderObjectStore } from '../../../../core/adapters/files/folder-object-store.ts';
import { InMemoryObjectStore } from '../../../../testkit/fakes/in-memory-object-store.ts';
import { objectStoreContract } from '../../../contracts/ports/object-store.ts';

objectStoreContract('FolderObjectStore', async () => {
  return new FolderObjectStore(await mkdtemp(path.join(os.tmpdir(), 'tidegate-store-')));
});

objectStoreContract('InMemoryObjectStore', async () => new InMemoryObjectStore());
