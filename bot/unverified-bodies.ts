import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Chosen: GitHub's own limit of a webhook's payload. */
export const MAX_PAYLOAD_BYTES = 25 * 2 ** 20;
/** Chosen: an eighth of the memory that the deployment gives; two of the largest payloads and many usual ones. */
export const MAX_UNVERIFIED_BYTES = 64 * 2 ** 20;

/** Result of reading a body: its text, or the reason why there is none. */
export type ReadBody =
  | { readonly is: 'verified'; readonly text: string }
  | { readonly is: 'unsigned' | 'too-much' | 'cut-off' };

interface Body {
  readonly parts: Buffer[];
  bytes: number;
  readonly done: (read: ReadBody) => void;
}

const SIGNATURE = /^sha256=[0-9a-f]{64}$/;

/**
 * Bodies that anyone on the internet may send, until their signature is known. All together they hold at most 64 MiB: one
 * byte more, and the largest of them is given up, so that many usual payloads always get through.
 */
export class UnverifiedBodies {
  readonly #secret: string;
  readonly #bodies = new Set<Body>();
  #bytes = 0;

  /** @param secret The webhook's. */
  constructor(secret: string) {
    this.#secret = secret;
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Reads a body and checks its signature while it comes in. What is not signed is not kept.
   *
   * @param signature The header `x-hub-signature-256`.
   */
  async read(request: IncomingMessage, signature: string | undefined): Promise<ReadBody> {
    if (signature === undefined || !SIGNATURE.test(signature)) return { is: 'unsigned' };
    const hmac = createHmac('sha256', this.#secret);
    const finished = Promise.withResolvers<ReadBody>();
    const body: Body = { parts: [], bytes: 0, done: finished.resolve };
    this.#bodies.add(body);
    request.on('data', (part: Buffer) => {
      if (!this.#bodies.has(body)) return;
      hmac.update(part);
      this.#hold(body, part);
    });
    request.once('end', () => {
      const holds = timingSafeEqual(Buffer.from(`sha256=${hmac.digest('hex')}`), Buffer.from(signature));
      const text = () => Buffer.concat(body.parts).toString('utf8');
      finished.resolve(holds ? { is: 'verified', text: text() } : { is: 'unsigned' });
    });
    request.once('close', () => finished.resolve({ is: 'cut-off' }));
    request.once('error', () => finished.resolve({ is: 'cut-off' }));
    return finished.promise.finally(() => this.#release(body));
  }

  #hold(body: Body, part: Buffer): void {
    body.parts.push(part);
    body.bytes += part.length;
    this.#bytes += part.length;
    while (this.#bytes > MAX_UNVERIFIED_BYTES) {
      const largest = [...this.#bodies].reduce((most, one) => (one.bytes > most.bytes ? one : most), body);
      this.#release(largest);
      largest.done({ is: 'too-much' });
    }
  }

  #release(body: Body): void {
    if (!this.#bodies.delete(body)) return;
    this.#bytes -= body.bytes;
    body.parts.length = 0;
  }
}
