import { describe, expect, it } from 'vitest';
import { parseDvcConfig } from '../../../../core/domain/data/dvc-config.ts';
import { configSecrets, findRemote } from '../../../../core/domain/data/dvc-remote.ts';

const read = (text: string) => parseDvcConfig(text, { file: '.dvc/config', folder: '/repo/.dvc' });

describe('findRemote', () => {
  it('follows a chain of remotes; the nearest key decides', () => {
    const config = read(`[core]
    remote = c
['remote "a"']
    url = s3://bucket/base/
    region = eu-west-1
    profile = far
['remote "b"']
    url = remote://a/b
    profile = near
['remote "c"']
    url = remote://b/c
`);
    expect(findRemote(config, undefined).location).toEqual({
      kind: 's3',
      uri: 's3://bucket/base/b/c',
      settings: { region: 'eu-west-1', profile: 'near' },
    });
  });

  it('refuses a chain that goes round', () => {
    const config = read(`['remote "a"']\nurl = remote://b\n['remote "b"']\nurl = remote://a\n`);
    expect(() => findRemote(config, 'a')).toThrow('is not a remote with a url');
  });

  it('takes ~ for the home folder in every path, and for nothing else', () => {
    const source = { file: '.dvc/config', folder: '/repo/.dvc' };
    const text = `['remote "a"']\nurl = ~/storage\n['remote "s"']\nurl = s3://bucket/~/x\ncredentialpath = ~/keys\n['remote "r"']\nurl = remote://a/sub\n['remote "o"']\nurl = ~other/x\n`;
    const config = parseDvcConfig(text, { ...source, home: '/home/me/' });
    expect(findRemote(config, 'a').location).toEqual({ kind: 'folder', path: '/home/me/storage' });
    expect(findRemote(config, 'r').location).toEqual({ kind: 'folder', path: '/home/me/storage/sub' });
    const settings = { credentialPath: '/home/me/keys' };
    expect(findRemote(config, 's').location).toEqual({ kind: 's3', uri: 's3://bucket/~/x', settings });
    expect(() => findRemote(config, 'o')).toThrow('"~other/x": the home folder of another user');
    expect(() => findRemote(parseDvcConfig(text, source), 'a')).toThrow('"~/storage" needs HOME');
  });

  it('resolves relative paths from the folder of the config file', () => {
    const config = read(
      `['remote "a"']\nurl = ../../storage\n['remote "s"']\nurl = s3://bucket\ncredentialpath = ../keys\n`,
    );
    expect(findRemote(config, 'a').location).toEqual({ kind: 'folder', path: '/storage' });
    expect(findRemote(config, 's').location).toMatchObject({ settings: { credentialPath: '/repo/keys' } });
  });

  it('reads what is to be stored with an object, and timeouts', () => {
    const config = read(`['remote "s"']
url = s3://bucket
sse = aws:kms
sse_kms_key_id = "key # 1"
acl = bucket-owner-full-control
read_timeout = 5
connect_timeout = 2.5
jobs = 7
`);
    expect(findRemote(config, 's')).toMatchObject({
      jobs: 7,
      location: {
        settings: {
          connectTimeoutMs: 2500,
          readTimeoutMs: 5000,
          putHeaders: {
            'x-amz-server-side-encryption': 'aws:kms',
            'x-amz-server-side-encryption-aws-kms-key-id': 'key # 1',
            'x-amz-acl': 'bucket-owner-full-control',
          },
        },
      },
    });
  });

  it('reads what the sections of gs:// and azure:// say', () => {
    const config = read(`['remote "g"']
url = gs://bucket/dvc
projectname = acme
credentialpath = ../key.json
endpointurl = http://127.0.0.1:4443
['remote "a"']
url = azure://container/dvc
account_name = acme
account_key = c2VjcmV0
timeout = 30
`);
    expect(findRemote(config, 'g').location).toEqual({
      kind: 'gcs',
      uri: 'gs://bucket/dvc',
      settings: { endpointUrl: 'http://127.0.0.1:4443', credentialPath: expect.stringMatching(/^\/.*key\.json$/) },
    });
    expect(findRemote(config, 'a').location).toEqual({
      kind: 'azure',
      uri: 'azure://container/dvc',
      settings: { accountName: 'acme', accountKey: 'c2VjcmV0' },
    });
    expect(configSecrets(config)).toEqual(['c2VjcmV0']);
  });

  it.each([
    ['gs://bucket', 'version_aware = true', 'cloud versioning'],
    ['gs://bucket', 'consistency = md5', 'the key consistency'],
    ['azure://container', 'client_id = c2VjcmV0', 'a part of tenant_id, client_id and client_secret'],
    ['azure://container', 'exclude_managed_identity_credential = true', 'the key exclude_managed_identity_credential'],
    ['azure://container', 'account_name = evil.example/', 'account_name = "evil.example/"'],
    ['ssh://host/path', '', 'a remote of kind ssh://'],
    ['hdfs://host/path', '', 'a remote of kind hdfs://'],
    ['webdavs://host/path', '', 'a remote of kind webdavs://'],
    ['gdrive://root', '', 'a remote of kind gdrive://'],
    ['oss://bucket', '', 'a remote of kind oss://'],
    ['s3://bucket', 'version_aware = true', 'cloud versioning'],
    ['s3://bucket', 'worktree = true', 'cloud versioning'],
    ['s3://bucket', 'sse_customer_key = c2VjcmV0', 'the key sse_customer_key'],
    ['s3://bucket', 'ssl_verify = false', 'the key ssl_verify'],
    ['https://host/x', 'auth = digest\npassword = x', 'auth = digest'],
  ])('refuses %s %s by name', (url, more, expected) => {
    const config = read(`['remote "x"']\nurl = ${url}\n${more}\n`);
    expect(() => findRemote(config, 'x')).toThrow(expected);
    expect(() => findRemote(config, 'x')).not.toThrow('c2VjcmV0');
  });
});
