import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PROJECT_ROOT } from '../scripts/project-root.ts';
import { serveCreationPage } from './bot/create-app.ts';

// Runs the bot on this machine; without an App it first makes one, in two clicks.
const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { 'webhook-url': text, organization: text } });
const envFile = join(PROJECT_ROOT, '.tools', 'bot.env');
if (process.env.APP_ID === undefined && !existsSync(envFile)) await createApp();
if (process.env.APP_ID === undefined) process.loadEnvFile(envFile);
await import('../bot/main.ts');

async function createApp(): Promise<void> {
  const webhookUrl = values['webhook-url'];
  if (webhookUrl === undefined) {
    console.error('There is no App yet. To create one, give the address at which GitHub reaches this bot:');
    console.error('npm run bot -- --webhook-url https://<your host>/api/github/webhooks [--organization <name>]');
    process.exit(1);
  }
  const owner = values.organization === undefined ? '' : `organizations/${encodeURIComponent(values.organization)}/`;
  const page = await serveCreationPage({
    webhookUrl,
    newAppUrl: `https://github.com/${owner}settings/apps/new`,
    apiUrl: 'https://api.github.com',
    envFile,
  });
  console.log(`Open ${page.url} in a browser, and click twice: here and at GitHub.`);
  await page.created;
  await page.close();
  console.log(`The App is created; its secrets are in ${envFile}. Install it in a repository to start using it.`);
}
