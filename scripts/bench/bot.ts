import { timeEventToComment } from './bot/event-to-comment.ts';
import { weatherStorm } from './bot/storm.ts';

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;

/** Times an event to its comment next to a bare Probot handler, then sends a storm of webhooks while GitHub fails. */
export async function run(): Promise<void> {
  const { events, ownMs, bareMs } = await timeEventToComment();
  console.log(
    `Event to comment and check, median of ${events}: Tidegate ${ownMs.toFixed(0)} ms, a bare Probot handler`,
  );
  console.log(`with the same requests ${bareMs.toFixed(0)} ms: ${(ownMs / bareMs).toFixed(2)}x.\n`);
  const storm = await weatherStorm();
  const { webhooks, injected, slowestAnswerMs, seconds, commands, answers, isOpen, residentBytes } = storm;
  console.log(
    `${webhooks} signed webhooks at 100/s in two storms, ${injected} answers of GitHub replaced by 502 or 403: all were taken`,
  );
  console.log(
    `(slowest answer ${slowestAnswerMs.toFixed(0)} ms) and worked on after ${seconds.toFixed(0)} s. ${commands} commands,`,
  );
  console.log(`each delivered ten times, have ${answers} answers; the one pull request that has to be open`);
  console.log(
    `${isOpen ? 'is' : 'IS NOT'}. Memory of the bot at each quarter of two such storms: ${residentBytes.map(megabytes).join(', ')}.`,
  );
}
