import { slug } from '../../domain/model/model-name.ts';

/** Subject of a text of Tidegate. */
export type MarkerKind =
  | 'report'
  | 'promotion'
  | 'rollback'
  | 'retrain'
  | 'record'
  | 'drift'
  | 'hold'
  | 'watch'
  | 'config'
  | 'blocked';

const DATA_START = '<!-- tidegate:v1:data ';
const DATA_END = ' -->';
const BASE64 = /^[A-Za-z0-9+/=]+$/;
/** Chosen: far above what is written, so that a hostile body costs nothing. */
const MAX_DATA_CHARACTERS = 60_000;

/**
 * The first line of a text of Tidegate, by which it is found again.
 *
 * @example formatMarker('promotion', 'flight-delay', 'production') // => '<!-- tidegate:v1 promotion flight-delay production -->'
 */
export function formatMarker(kind: MarkerKind, model: string, environment?: string): string {
  return `<!-- tidegate:v1 ${kind} ${slug(model)}${environment === undefined ? '' : ` ${environment}`} -->`;
}

/** The first line of the one answer to a comment. */
export function formatReplyMarker(comment: number): string {
  return `<!-- tidegate:v1 reply ${comment} -->`;
}

/** Data of the marker with which a text begins. Anyone may write a marker: ask who wrote the text. */
export function parseMarker(
  text: string | null | undefined,
): { readonly kind: string; readonly slug: string; readonly environment: string | undefined } | undefined {
  const found = /^\s*<!-- tidegate:v1 ([a-z]+) ([^\s>]{1,300})(?: ([a-z0-9-]{1,100}))? -->/.exec(text ?? '');
  const [, kind, name, environment] = found ?? [];
  return kind === undefined || name === undefined ? undefined : { kind, slug: name, environment };
}

/** True if a text begins with a marker. */
export function hasMarker(text: string | null | undefined, marker: string): boolean {
  return text?.trimStart().startsWith(marker) === true;
}

/** A hidden block of data; base64, so that nothing in it can end the comment. */
export function formatDataBlock(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return `${DATA_START}${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}${DATA_END}`;
}

/**
 * The value of the last data block of a text, which anyone with write access may have changed: parse it by a schema. Our
 * texts end with theirs, so that what they quote from elsewhere comes before it.
 *
 * @returns Undefined where there is none, or where the last one is not JSON or longer than 60,000 characters.
 */
export function parseDataBlock(text: string | null | undefined): unknown {
  const encoded = lastBlock(text ?? '');
  if (encoded === undefined || encoded.length > MAX_DATA_CHARACTERS || !BASE64.test(encoded)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function lastBlock(text: string): string | undefined {
  const start = text.lastIndexOf(DATA_START);
  if (start < 0) return undefined;
  const from = start + DATA_START.length;
  const end = text.indexOf(DATA_END, from);
  return end < 0 ? undefined : text.slice(from, end);
}
