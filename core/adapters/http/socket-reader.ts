import type { OnReadOpts, Socket } from 'node:net';
import { BrokenAnswerError } from './http-exchange.ts';

/**
 * Lets undici read a socket without a new buffer for each read: half of the CPU time of a large file went there. Node.js
 * reads into memory of Tidegate (`onread`), and `socket.read()` gives what has just come.
 */
export class SocketReader {
  /** For `net.connect`. */
  readonly onread: OnReadOpts;
  #socket: Socket | undefined;
  #chunk: Buffer | undefined;

  /** @param target Where the next bytes go. They are used up before it is called again. */
  constructor(target: () => Uint8Array) {
    this.onread = { buffer: target, callback: (length, bytes) => this.#take(length, bytes) };
  }

  /** Told of the socket once it is connected. */
  attach(socket: Socket): void {
    this.#socket = socket;
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      // Node.js itself asks with a size, of 0, to go on reading and to notice the end.
      if (size !== undefined) return read(size);
      const chunk = this.#chunk ?? null;
      this.#chunk = undefined;
      return chunk;
    };
  }

  #take(length: number, { buffer, byteOffset }: Uint8Array): boolean {
    this.#chunk = Buffer.from(buffer, byteOffset, length);
    this.#socket?.emit('readable');
    // Bytes that no one takes would be lost, and what comes after them not be what it seems.
    if (this.#chunk !== undefined)
      this.#socket?.destroy(new BrokenAnswerError('the server sent what was not asked for'));
    this.#chunk = undefined;
    return true;
  }
}
