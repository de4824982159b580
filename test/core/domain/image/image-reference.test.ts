import { describe, expect, it } from 'vitest';
import {
  formatImageReference,
  isRepository,
  parseImageReference,
} from '../../../../core/domain/image/image-reference.ts';
import { UserError } from '../../../../core/errors.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('isRepository', () => {
  it.each([
    'flight',
    'acme/flight',
    'ghcr.io/acme/flight',
    'GHCR.io/acme/flight',
    'localhost/flight',
    'localhost:5000/a/b',
    'host:5000/flight',
    'a.b/c__d/e-f.g',
  ])('takes %s', (text) => {
    expect(isRepository(text)).toBe(true);
    expect(formatImageReference(parseImageReference(`${text}:1@${DIGEST}`))).toBe(`${text}:1@${DIGEST}`);
  });

  it.each([
    'Acme/flight',
    'ACME/flight',
    'ghcr.io/Acme/flight',
    'Flight',
    'acme/',
    '/flight',
    'a//b',
    'a/-b',
    'host:port/flight',
    '',
    'https://ghcr.io/a/b',
    'a'.repeat(256),
  ])('refuses %s: upper case stands in hosts alone', (text) => {
    expect(isRepository(text)).toBe(false);
    expect(() => parseImageReference(`${text}:1@${DIGEST}`)).toThrow(UserError);
  });
});
