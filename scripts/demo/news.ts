import type { ForgeNews } from '../../testkit/forge.ts';

/** Tells what happens on the forge, a line an event that a person would notice. */
export function tellNews(news: ForgeNews): void {
  if (news.kind === 'run' && news.run.status === 'completed') {
    const seconds = (Date.parse(news.run.updatedAt) - Date.parse(news.run.createdAt)) / 1000;
    say(`workflow ${news.run.name} on ${news.run.event}: ${news.run.conclusion} (${seconds.toFixed(0)} s)`);
  }
  if (news.kind === 'line' && process.env.DEMO_VERBOSE) say(`  | ${news.line}`);
  if (news.kind !== 'event') return;
  const { name, action, payload } = news.event;
  if (name === 'pull_request' && (action === 'opened' || action === 'closed')) {
    say(`pull request ${titleOf(payload, 'pull_request')} ${action}`);
  }
  if (name === 'issues' && action !== 'labeled') say(`issue ${titleOf(payload, 'issue')} ${action}`);
  if (name === 'issue_comment') say(`comment ${action}`);
}

function say(text: string): void {
  console.log(`    ${text}`);
}

function titleOf(payload: unknown, key: string): string {
  const subject: unknown = typeof payload === 'object' && payload !== null ? Reflect.get(payload, key) : undefined;
  if (typeof subject !== 'object' || subject === null) return '';
  return `#${Reflect.get(subject, 'number')} "${Reflect.get(subject, 'title')}"`;
}
