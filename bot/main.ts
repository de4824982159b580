import { UserError } from '../core/errors.ts';
import { readBotConfig } from './config.ts';
import { startBot } from './server.ts';

try {
  const bot = await startBot(readBotConfig());
  process.once('SIGTERM', () => void bot.stop());
  await bot.sweep();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  for (const { message, fix } of error.problems) console.error(`${message}. ${fix}`);
  process.exitCode = 1;
}
