import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hostEnvironment } from './host-environment.ts';
import { runProgram } from './run-program.ts';

/** A certificate that signed itself. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
  /** The certificate's file, for `NODE_EXTRA_CA_CERTS`. */
  readonly file: string;
}

/** Makes a certificate for a name (`*.example` for a wildcard). @returns Undefined where there is no openssl. */
export async function createSelfSigned(folder: string, name: string): Promise<SelfSigned | undefined> {
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const made = await runProgram(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      .concat(['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`])
      .concat(['-keyout', key, '-out', cert]),
    { cwd: folder, env: hostEnvironment() },
  ).catch(() => undefined);
  if (made?.exitCode !== 0) return undefined;
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8'), file: cert };
}
