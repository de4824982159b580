import { describe, expect, it } from 'vitest';
import { findToken, gitHubOf } from '../../cli/terminal/repository-environment.ts';

describe('gitHubOf', () => {
  it.each([
    ['git@github.com:acme/flights.git', 'acme/flights', 'https://api.github.com'],
    ['https://github.com/acme/flights', 'acme/flights', 'https://api.github.com'],
    ['git@GitHub.com:acme/flights.git', 'acme/flights', 'https://api.github.com'],
    ['https://x-token:secret@ghe.example/acme/flights.git', 'acme/flights', 'https://ghe.example/api/v3'],
    ['ssh://git@ghe.example:2222/acme/flights.git', 'acme/flights', 'https://ghe.example/api/v3'],
  ])('reads %s', (remote, name, api) => {
    expect(gitHubOf(remote)).toEqual({ GITHUB_REPOSITORY: name, GITHUB_API_URL: api });
  });

  it.each([undefined, '', '/srv/git/flights.git', '../flights', 'https://github.com/only', 'https://github.com/a/b/c'])(
    'is nothing for %s',
    (remote) => expect(gitHubOf(remote)).toEqual({}),
  );
});

describe('findToken', () => {
  const PATH = '/nowhere';

  it('gives the token of the environment to github.com, or to the host that the environment itself names', async () => {
    const token = { GITHUB_TOKEN: 'secret', PATH };
    expect(await findToken(token, { ...gitHubOf('git@github.com:acme/m.git') })).toBe('secret');
    const meant = { ...token, GITHUB_API_URL: 'https://ghe.example/api/v3' };
    expect(await findToken(meant, meant)).toBe('secret');
  });

  it('gives it to no host that only the remote of a clone names', async () => {
    const env = gitHubOf('https://evil.example/acme/m.git');
    expect(await findToken({ GITHUB_TOKEN: 'secret', GH_TOKEN: 'secret' }, env)).not.toBe('secret');
  });
});
