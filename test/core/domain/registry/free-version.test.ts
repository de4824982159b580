import { describe, expect, it } from 'vitest';
import { freeVersion } from '../../../../core/domain/registry/free-version.ts';

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

  it('is not stopped by numbers that are none', () => {
    const tags = tagged('2024.01.05', '99999999999999999999.0.0', '1.0');
    expect(freeVersion(undefined, { model: 'm', bump: 'minor', tags })).toBe('0.1.0');
  });
});
