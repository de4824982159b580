import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { UserError } from '../../errors.ts';
import { knownContent, notATable } from '../files/known-content.ts';

/** Chosen: a header of some ten thousand columns. */
const HEAD_BYTES = 1 << 20;

/** Encoding of a text file. */
export type TextEncoding = 'utf-8' | 'utf-16';

/** The beginning of a file of text. */
export interface TextHead {
  /** Without a byte order mark. */
  readonly text: string;
  /** True if the text is all of the file. */
  readonly isWhole: boolean;
  readonly encoding: TextEncoding;
}

/**
 * The beginning of a file of text. A packed file is unpacked to its end, with its checksums.
 *
 * @throws {UserError} DATA_INVALID for a packed file that is cut or damaged, for what is another kind of file, and for
 *   encodings but UTF-8 and UTF-16 with a byte order mark.
 */
export async function readTextHead(file: string): Promise<TextHead> {
  const { bytes, isWhole } = await readHead(file);
  const known = knownContent(bytes);
  if (known !== undefined && known.kind !== 'utf-16') throw notATable(file, known);
  const encoding = encodingOf(file, bytes);
  const text = new TextDecoder(encoding === 'utf-16' ? 'utf-16le' : 'utf-8').decode(bytes, { stream: !isWhole });
  return { text, isWhole, encoding };
}

function encodingOf(file: string, bytes: Uint8Array): TextEncoding {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16';
  if (first !== 0xfe || second !== 0xff) return 'utf-8';
  throw new UserError('DATA_INVALID', `${file} is UTF-16 with the high byte first, which is not read`, {
    fix: 'Write it as UTF-8.',
  });
}

interface Head {
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
}

async function readHead(file: string): Promise<Head> {
  const unpack = /\.gz$/i.test(file) ? createGunzip() : /\.zst$/i.test(file) ? createZstdDecompress() : undefined;
  const parts: Buffer[] = [];
  let length = 0;
  const collect = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (length < HEAD_BYTES) parts.push(Buffer.from(chunk));
      length += chunk.length;
      done();
    },
  });
  if (unpack === undefined) await pipeline(createReadStream(file, { end: HEAD_BYTES }), collect);
  else await pipeline(createReadStream(file), unpack, collect).catch((cause: unknown) => refusePacked(file, cause));
  return { bytes: Buffer.concat(parts).subarray(0, HEAD_BYTES), isWhole: length <= HEAD_BYTES };
}

/** @throws What is wrong with a packed file. */
async function refusePacked(file: string, cause: unknown): Promise<never> {
  if (!(cause instanceof Error) || !('code' in cause) || !/^(Z_|ZSTD_)/.test(String(cause.code))) throw cause;
  const parts: Buffer[] = [];
  for await (const chunk of createReadStream(file, { end: 1023 })) parts.push(Buffer.from(chunk));
  const known = knownContent(Buffer.concat(parts));
  if (known !== undefined && known.kind !== 'gzip') throw notATable(file, known);
  throw new UserError('DATA_INVALID', `${file} is truncated or damaged: ${cause.message}`, {
    fix: 'Download or write the whole file again.',
    cause,
  });
}
