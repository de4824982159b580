import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDockerConfig } from '../../../../actions/docker-config.ts';
import { findMadeFiles } from '../../../../actions/made-files.ts';
import { loadOptionalReport } from '../../../../actions/report-files.ts';
import { isThere, unlessAbsent } from '../../../../core/adapters/files/absent.ts';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { LocalChampionFinder } from '../../../../core/adapters/files/local-champion-finder.ts';
import { OnnxArtifactHasher } from '../../../../core/adapters/onnx/onnx-artifact-hasher.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'absent-'));
  // Even the superuser cannot look through it.
  await symlink('circle', join(folder, 'circle'));
  await symlink('circle', join(folder, 'config.json'));
  await symlink('circle', join(folder, 'model.onnx'));
  await writeFile(join(folder, 'file'), '');
});
afterAll(() => rm(folder, { recursive: true }));

describe('what has a path', () => {
  it.each(['none', 'none/below', 'file/below'])('is nothing: %s', async (name) => {
    expect(isThere(join(folder, name))).toBe(false);
    expect(await stat(join(folder, name)).catch(unlessAbsent)).toBeUndefined();
  });

  it('is something', () => expect(isThere(join(folder, 'file'))).toBe(true));

  it('is thrown where it is no refusal of the file system', () => {
    expect(() => unlessAbsent(new RangeError('a fault of ours'))).toThrow('a fault of ours');
  });
});

const refused = { code: 'DISK_REFUSED', message: expect.stringContaining('its links form a loop') };

describe('what cannot be looked at is never taken for absent', () => {
  it.each<[string, () => unknown]>([
    ['a path', async () => isThere(join(folder, 'circle'))],
    ['a file to read', () => readFile(join(folder, 'circle')).catch(unlessAbsent)],
    ['a champion', () => new LocalChampionFinder(folder, new FileArtifactHasher()).find('circle')],
    ['a model', () => new OnnxArtifactHasher().hash(join(folder, 'model.onnx'))],
    ["Docker's logins", () => readDockerConfig({ DOCKER_CONFIG: folder })],
    ['a report', () => loadOptionalReport(join(folder, 'circle'), 'evaluation')],
    ['what training made', () => findMadeFiles(folder, { data: [], results: ['circle'] }, () => false)],
  ])('%s', async (_what, look) => {
    await expect(look()).rejects.toMatchObject(refused);
  });
});
