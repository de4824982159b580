import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { runProgram } from '../../../../testkit/run-program.ts';
import { createSelfSigned } from '../../../../testkit/self-signed.ts';

/** Asks three times over one pool in a process of its own, which trusts what its environment says. */
const CLIENT = `
import { HttpPool } from ${JSON.stringify(path.join(PROJECT_ROOT, 'core/adapters/http/http-pool.ts'))};
const pool = new HttpPool({ env: {}, connections: 2, connectTimeoutMs: 10000, readTimeoutMs: 10000 });
const ask = async (path) => {
  let text = '';
  const receiver = { head: () => true, data: (chunk) => { text += Buffer.from(chunk).toString(); } };
  await pool.exchange({ origin: process.argv[1], method: 'GET', path, headers: {} }, receiver);
  return text.length + text.slice(0, 5);
};
try {
  console.log(JSON.stringify([...(await Promise.all([ask('/one'), ask('/two')])), await ask('/six')]));
} catch (error) {
  console.log(error.code);
}
`;

describe('HttpPool over TLS', () => {
  it('speaks to a server that is trusted, and to no other (skipped where there is no openssl)', async (context) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-tls-'));
    const made = await createSelfSigned(folder, 'localhost');
    if (made === undefined) return context.skip('openssl is not installed');
    const server = createServer(made, (request, response) => response.end(request.url?.repeat(50_000)));
    try {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
      const run = (env: Record<string, string>, to = origin) =>
        runProgram(process.execPath, ['--input-type=module', '--eval', CLIENT, to], {
          cwd: folder,
          env: { ...hostEnvironment(), ...env },
        });
      const trusted = await run({ NODE_EXTRA_CA_CERTS: made.file });
      expect(trusted.stdout, trusted.stderr).toBe('["200000/one/","200000/two/","200000/six/"]\n');
      expect((await run({})).stdout).toBe('DEPTH_ZERO_SELF_SIGNED_CERT\n');
      // A certificate that is trusted, and made for another name.
      const other = await run({ NODE_EXTRA_CA_CERTS: made.file }, origin.replace('localhost', '127.0.0.1'));
      expect(other.stdout).toBe('ERR_TLS_CERT_ALTNAME_INVALID\n');
    } finally {
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
