import type { ObjectCall, ObjectHttp, ObjectReceiver } from './object-http.ts';

/** A text that is wanted whole. */
export interface WantedText {
  readonly mostBytes: number;
  /** The error for a longer one. */
  readonly tooLong: () => Error;
}

/**
 * Fetches an answer as UTF-8 text.
 *
 * @returns Undefined where there is no such object.
 */
export async function fetchText(
  http: ObjectHttp,
  call: ObjectCall,
  { mostBytes, tooLong }: WantedText,
): Promise<string | undefined> {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  const head = await http.send(call, {
    head: () => true,
    data: (chunk) => {
      bytes += chunk.length;
      if (bytes > mostBytes) throw tooLong();
      chunks.push(Buffer.from(chunk));
    },
    again: () => {
      chunks = [];
      bytes = 0;
      return call;
    },
    position: () => 0,
  });
  return head === undefined ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** A call whose answer's body is of no interest, as the arguments of `ObjectHttp.send`. */
export function ignoringBody(call: ObjectCall): [ObjectCall, ObjectReceiver] {
  return [call, { head: () => true, data: () => {}, again: () => call, position: () => 0 }];
}
