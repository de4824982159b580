import { open, stat } from 'node:fs/promises';

/** Chosen: some thousand rows. */
const SAMPLE_BYTES = 256 << 10;
/** Chosen: rows that a packed byte may hold. */
const PACKED = 10;
const NEWLINE = 10;

/** About how many rows files of text have: by their size and the length of the first one's first rows. */
export async function likelyRows(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map((file) => stat(file)));
  const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
  const [first] = files;
  if (first === undefined) return 0;
  if (/\.(gz|zst)$/i.test(first)) return bytes * PACKED;
  return bytes / (await rowBytes(first));
}

/** Mean length of a row, by the line ends at the beginning of a file. */
async function rowBytes(file: string): Promise<number> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    let lines = 0;
    for (let i = 0; i < bytesRead; i++) if (buffer[i] === NEWLINE) lines++;
    return Math.max(1, bytesRead) / Math.max(1, lines);
  } finally {
    await handle.close();
  }
}
