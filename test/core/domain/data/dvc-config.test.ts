import { describe, expect, it } from 'vitest';
import { mergeDvcConfigs, parseDvcConfig } from '../../../../core/domain/data/dvc-config.ts';
import { configSecrets, findRemote } from '../../../../core/domain/data/dvc-remote.ts';

const parse = (text: string, folder = '/repo/.dvc') => parseDvcConfig(text, { file: '.dvc/config', folder });

describe('parseDvcConfig', () => {
  it('reads sections and keys as DVC writes them', () => {
    const config = parse(`[core]
    remote = storage
    Analytics = false  # none
; comment
['remote "storage"']
    url = "s3://bucket/a # b"
    jobs = 8
`);
    expect(config.get('core')?.get('remote')?.value).toBe('storage');
    expect(config.get('core')?.get('analytics')?.value).toBe('false');
    expect(config.get('remote "storage"')?.get('url')?.value).toBe('s3://bucket/a # b');
  });

  it('refuses a line that it cannot read, with its number', () => {
    expect(() => parse('[core]\nnonsense\n')).toThrow('line 2');
  });
});

describe('findRemote', () => {
  const config = parse(`[core]
remote = main
['remote "main"']
url = s3://bucket/data
endpointurl = http://localhost:9000
region = eu-central-1
listobjects = true
['remote "sub"']
url = remote://main/part
['remote "folder"']
url = ../../storage
jobs = 3
`);

  it('takes the default remote with its settings', () => {
    expect(findRemote(config, undefined)).toEqual({
      name: 'main',
      jobs: undefined,
      location: {
        kind: 's3',
        uri: 's3://bucket/data',
        settings: { endpointUrl: 'http://localhost:9000', region: 'eu-central-1' },
      },
    });
  });

  it('inherits by remote://', () => {
    expect(findRemote(config, 'sub').location).toMatchObject({
      uri: 's3://bucket/data/part',
      settings: { region: 'eu-central-1' },
    });
  });

  it('reads a relative folder from the folder of the config file', () => {
    expect(findRemote(config, 'folder')).toMatchObject({ jobs: 3, location: { kind: 'folder', path: '/storage' } });
  });

  it.each([
    ['no default', '', undefined, 'INPUT_INVALID'],
    ['an unknown name', '', 'x', 'INPUT_INVALID'],
    ['another kind', `['remote "r"']\nurl = hdfs://b`, 'r', 'DVC_UNSUPPORTED'],
    ['cloud versioning', `['remote "r"']\nurl = s3://b\nversion_aware = true`, 'r', 'DVC_UNSUPPORTED'],
    [
      'a key that would change what is read',
      `['remote "r"']\nurl = s3://b\nsse_customer_key = x`,
      'r',
      'DVC_UNSUPPORTED',
    ],
    ['no url', `['remote "r"']\njobs = 1`, 'r', 'DVC_INVALID'],
    ['itself as its base', `['remote "r"']\nurl = remote://r`, 'r', 'DVC_INVALID'],
  ])('refuses %s', (_, text, name, code) => {
    expect(() => findRemote(parse(text), name)).toThrow(expect.objectContaining({ code }));
  });
});

describe('mergeDvcConfigs', () => {
  it('lets the later level decide key by key', () => {
    const merged = mergeDvcConfigs([parse(`['remote "r"']\nurl = a\njobs = 1`), parse(`['remote "r"']\nurl = b`)]);
    expect(merged.get('remote "r"')?.get('url')?.value).toBe('b');
    expect(merged.get('remote "r"')?.get('jobs')?.value).toBe('1');
  });
});

describe('configSecrets', () => {
  it('finds keys and tokens', () => {
    expect(configSecrets(parse(`['remote "r"']\nsecret_access_key = s3cret\nurl = s3://b`))).toEqual(['s3cret']);
  });
});
