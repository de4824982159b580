import { UserError } from '../core/errors.ts';
import { readBotConfig } from './config.ts';
import { type RunningBot, startBot } from './server.ts';

/** Looks at every repository at once. An App that GitHub does not know ends the bot; an outage does not. */
async function firstSweep(bot: RunningBot): Promise<void> {
  try {
    await bot.sweep();
  } catch (error) {
    if (error instanceof UserError) {
      await bot.stop();
      throw error;
    }
    console.error('The first sweep failed; the next one runs after its interval.', error);
  }
}

try {
  const bot = await startBot(readBotConfig());
  process.once('SIGTERM', () => void bot.stop());
  await firstSweep(bot);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  for (const { message, fix } of error.problems) console.error(`${message}. ${fix}`);
  process.exitCode = 1;
}
