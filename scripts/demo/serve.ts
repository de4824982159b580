import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { REPOSITORY, type World } from './world.ts';

/** Serves the storyboard and keeps the forge up until Ctrl+C. */
export async function serveStoryboard(out: string, { forge }: World): Promise<void> {
  const server = createServer((request, response) => {
    const name = basename(new URL(request.url ?? '/', 'http://localhost').pathname) || 'index.html';
    const file = join(out, name);
    if (!existsSync(file)) return response.writeHead(404).end();
    const type = name.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
    createReadStream(file).pipe(response.writeHead(200, { 'content-type': type }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  console.log(`\nStoryboard: http://127.0.0.1:${port}/`);
  console.log(`The forge's API: ${forge.apiUrl}/repos/${REPOSITORY}`);
  console.log(`Clone the repository: git clone ${forge.cloneUrl(REPOSITORY, forge.userToken('visitor', 'read'))}`);
  console.log('Ctrl+C ends both.');
  await new Promise<void>((resolve) => process.once('SIGINT', resolve));
  server.close();
}
