import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Reads a file that is meant to be short, as UTF-8.
 *
 * @param mostBytes A longer file is an error.
 * @throws The file system's error, or RangeError for a file that is too long.
 */
export async function readShortText(path: string, mostBytes: number): Promise<string> {
  // Not blocking: a pipe has no end.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, mostBytes) + 1));
    if (bytesRead > mostBytes) throw new RangeError(`it is longer than ${mostBytes / 2 ** 20} MiB`);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
