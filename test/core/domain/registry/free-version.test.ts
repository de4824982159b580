import { describe, expect, it } from 'vitest';
import { freeVersion } from '../../../../core/domain/registry/free-version.ts';
import { parseGtoTag } from '../../../../core/domain/registry/gto-tag.ts';
import { hasNext } from '../../../../core/domain/registry/next-version.ts';

const tagged = (...versions: readonly string[]) =>
  versions.map((version) => ({ name: `m@v${version}`, objectSha: version, annotated: true }));

describe('freeVersion', () => {
  it('goes on from the highest number that counts, whatever else is tagged', () => {
    expect(freeVersion('1.4.0', { model: 'm', bump: 'minor', tags: tagged('1.4.0', '999.0.0') })).toBe('1.5.0');
    expect(freeVersion(undefined, { model: 'm', bump: 'minor', tags: tagged('999.0.0') })).toBe('0.1.0');
  });

  it('takes no number that a tag has, of whatever kind', () => {
    const tags = tagged('0.1.0', '1.5.0', '1.5.1!', '1.5.2');
    expect(freeVersion('1.4.0', { model: 'm', bump: 'minor', tags })).toBe('1.5.3');
    expect(freeVersion(undefined, { model: 'm', bump: 'major', tags })).toBe('0.1.1');
  });

  it('takes no number that Git has no room for, below a tag of that name', () => {
    const tags = [...tagged('1.4.1/x', '1.4.2/y/z', '1.4.4'), { name: 'n@v1.4.3/x', objectSha: 'n', annotated: true }];
    expect(freeVersion('1.4.0', { model: 'm', bump: 'patch', tags })).toBe('1.4.3');
    const inTeam = tags.map((tag) => ({ ...tag, name: `team/${tag.name}` }));
    expect(freeVersion('1.4.0', { model: 'team/m', bump: 'patch', tags: inTeam })).toBe('1.4.3');
  });

  it('goes on only behind a version that leaves room for its next ones', () => {
    for (const bump of ['major', 'minor', 'patch'] as const) {
      for (const highest of ['20261128.1.0', '1000000000000.1000000000000.1000000000000']) {
        expect(hasNext(highest)).toBe(true);
        expect(parseGtoTag(`m@v${freeVersion(highest, { model: 'm', bump, tags: [] })}`)).toBeDefined();
      }
    }
    for (const part of [0, 1, 2]) {
      const highest = [1, 1, 1].with(part, Number.MAX_SAFE_INTEGER).join('.');
      expect(hasNext(highest)).toBe(false);
    }
  });

  it('is not stopped by numbers that are none', () => {
    const tags = tagged('2024.01.05', '99999999999999999999.0.0', '1.0');
    expect(freeVersion(undefined, { model: 'm', bump: 'minor', tags })).toBe('0.1.0');
  });
});
