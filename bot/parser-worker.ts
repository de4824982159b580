import { parentPort } from 'node:worker_threads';
import { serveParser } from '../core/adapters/threads/serve-parser.ts';
import { inProcessParser } from '../core/usecases/registry/in-process-parser.ts';

// The file that the bot's parsing thread runs.
serveParser(parentPort, inProcessParser);
