import { ThreadParser } from '../core/adapters/threads/thread-parser.ts';
import type { TidegateConfig } from '../core/config/tidegate-config.ts';
import type { BotParser } from '../core/usecases/registry/in-process-parser.ts';
import type { BotRepository } from './repository.ts';

/** A repository with the parser of what other people propose in it. */
export type ParsingRepository = BotRepository & { readonly parser: BotParser };

/** The bot's parser: a thread of its own for what people who are not trusted have written. It starts with its first text. */
export function createBotParser(): ThreadParser<TidegateConfig> {
  return new ThreadParser<TidegateConfig>(new URL('./parser-worker.ts', import.meta.url));
}
