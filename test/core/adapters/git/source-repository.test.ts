import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceRepository } from '../../../../core/adapters/git/source-repository.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-source-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('SourceRepository', () => {
  it('takes no option of Git from the name of a branch', async () => {
    const ssh = path.join(root, 'ssh.sh');
    const asked = path.join(root, 'asked');
    await writeFile(ssh, `#!/bin/sh\necho "$@" >> ${asked}\necho 'Permission denied (publickey).' >&2\nexit 1\n`, {
      mode: 0o755,
    });
    const source = {
      url: 'ssh://git@example.com/acme/registry',
      commit: 'a'.repeat(40),
      revision: '--upload-pack=touch /tmp/no',
      remote: undefined,
    };
    const env = { PATH: process.env.PATH, GIT_SSH_COMMAND: ssh };
    const opened = SourceRepository.open(source, path.join(root, 'repository'), env);
    await expect(opened).rejects.toMatchObject({
      code: 'IMPORT_UNREADABLE',
      message: expect.stringMatching(
        /: Permission denied \(publickey\)\. fatal: Could not read from remote repository\.$/,
      ),
    });
    const text = await readFile(asked, 'utf8');
    expect(text).toContain('git-upload-pack');
    expect(text).not.toContain('touch');
  });
});
