import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { readBody } from './http.ts';

/** The part of Azure's block blobs that the clients use: one PUT, or blocks and then their list. */
export async function receiveBlob(file: string, url: URL, request: IncomingMessage): Promise<void> {
  const blockFile = (id: string) => `${file}.${createHash('sha256').update(id).digest('hex').slice(0, 24)}`;
  const part = url.searchParams.get('comp');
  if (part === 'block') {
    await pipeline(request, createWriteStream(blockFile(url.searchParams.get('blockid') ?? '')));
    return;
  }
  const temporary = `${file}.part`;
  if (part === 'blocklist') {
    const list = (await readBody(request)).toString('utf8');
    const output = await open(temporary, 'w');
    for (const match of list.matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]*)</g)) {
      for await (const chunk of createReadStream(blockFile(match[1] ?? ''))) await output.write(chunk);
    }
    await output.close();
  } else {
    await pipeline(request, createWriteStream(temporary));
  }
  await rename(temporary, file);
}

/** The digest of a file, `sha256:…`. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
