/** Tags of objects begin so: no tag of an artifact or of a version is one of them. */
const PREFIX = 'object.';
/** By the grammar of the distribution specification. */
const MAX_TAG_LENGTH = 128;
/** Length of 32 bytes in base64url. */
const HASH_LENGTH = 43;
const HEX_64 = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;
const CUT = '_z';

/** Key of an object as its tag tells it. */
export interface TaggedKey {
  /** The key, or the part that its tag has room for. */
  readonly text: string;
  /** False: `text` is only the start of the key, and the object's manifest has the rest. */
  readonly isWhole: boolean;
}

/**
 * The tag under which an object is found in a registry. Different keys have different tags: `/` is `__`, any other byte that a tag
 * cannot have is `_` and two hex digits. A key that is too long has its digests in base64url (`_x…`); one that is then too
 * long ends with `_z` and the digest of the key.
 *
 * @param keyDigest sha256 of the key, as 43 characters of base64url.
 * @example objectTag('v1.4.0/model-version.json', () => '') // => 'object.v1.4.0__model-version.json'
 */
export function objectTag(key: string, keyDigest: () => string): string {
  const plain = PREFIX + escaped(key).join('');
  if (plain.length <= MAX_TAG_LENGTH) return plain;
  const parts = withShortDigests(key);
  const short = PREFIX + parts.join('');
  if (short.length <= MAX_TAG_LENGTH) return short;
  const room = MAX_TAG_LENGTH - PREFIX.length - CUT.length - HASH_LENGTH;
  return `${PREFIX}${longestStart(parts, room)}${CUT}${keyDigest()}`;
}

/** The key that a tag of `objectTag` says; undefined for any other tag. */
export function keyOfTag(tag: string): TaggedKey | undefined {
  if (!tag.startsWith(PREFIX)) return undefined;
  const written = tag.slice(PREFIX.length);
  const whole = unescapeText(written);
  // `_z` is not an escape: a key that was cut is never read as a whole one.
  if (whole !== undefined) return { text: whole, isWhole: true };
  const cut = written.length - HASH_LENGTH - CUT.length;
  const start = written.slice(cut, cut + CUT.length) === CUT ? unescapeText(written.slice(0, cut)) : undefined;
  return start === undefined ? undefined : { text: start, isWhole: false };
}

/** One part per character: a key is never cut inside one. */
function escaped(text: string): readonly string[] {
  return [...text].map((character) => [...new TextEncoder().encode(character)].map(escapeByte).join(''));
}

function escapeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '/') return '__';
  return /[A-Za-z0-9.-]/.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`;
}

/** As `escaped`, with `_x` and base64url for each 64 hex digits. */
function withShortDigests(key: string): readonly string[] {
  const parts: string[] = [];
  let at = 0;
  for (const found of key.matchAll(HEX_64)) {
    parts.push(...escaped(key.slice(at, found.index)), `_x${toBase64Url(found[0])}`);
    at = found.index + found[0].length;
  }
  return [...parts, ...escaped(key.slice(at))];
}

function longestStart(parts: readonly string[], length: number): string {
  let kept = '';
  for (const part of parts) {
    if (kept.length + part.length > length) break;
    kept += part;
  }
  return kept;
}

/** Undefined for a text that `escaped` and `withShortDigests` do not write. */
function unescapeText(written: string): string | undefined {
  const parts: number[] = [];
  const rest = written.replace(
    /__|_x([A-Za-z0-9_-]{43})|_([0-9a-f]{2})|([A-Za-z0-9.-])/gy,
    (whole: string, hash: string | undefined, byte: string | undefined) => {
      if (whole === '__') parts.push(47);
      else if (hash !== undefined) parts.push(...new TextEncoder().encode(toHex(hash)));
      else parts.push(byte === undefined ? whole.charCodeAt(0) : Number.parseInt(byte, 16));
      return '';
    },
  );
  if (rest !== '') return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(parts));
  } catch {
    return undefined;
  }
}

function toBase64Url(hex: string): string {
  const bytes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .slice(0, HASH_LENGTH);
}

function toHex(base64Url: string): string {
  const text = atob(base64Url.replaceAll('-', '+').replaceAll('_', '/'));
  return [...text].map((character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
