import { slug } from '../domain/model/model-name.ts';

/** What a text of Tidegate is about. */
export type MarkerKind = 'report' | 'promotion' | 'rollback' | 'retrain' | 'drift' | 'hold';

const DATA = /<!-- tidegate:v1:data ([A-Za-z0-9+/=]+) -->/;
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

/** Whether a text begins with a marker. */
export function hasMarker(text: string | null | undefined, marker: string): boolean {
  return text?.trimStart().startsWith(marker) === true;
}

/** A hidden block of data; base64, so that nothing in it can end the comment. */
export function formatDataBlock(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return `<!-- tidegate:v1:data ${btoa(String.fromCharCode(...bytes))} -->`;
}

/**
 * The value of the data block of a text, which anyone with write access may have changed: parse it by a schema.
 *
 * @returns Undefined where there is none, or where it is no JSON.
 */
export function parseDataBlock(text: string | null | undefined): unknown {
  const encoded = DATA.exec(text ?? '')?.[1];
  if (encoded === undefined || encoded.length > MAX_DATA_CHARACTERS) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
