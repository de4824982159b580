import { timeEventToComment } from './bot/event-to-comment.ts';
import { weatherStorm } from './bot/storm.ts';

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;

/** Times an event to its comment beside a bare Probot handler, then sends a storm of webhooks while GitHub fails. */
export async function run(): Promise<void> {
  const { events, ownMs, bareMs } = await timeEventToComment();
  console.log(
    `Event to comment and check, median of ${events}: Tidegate ${ownMs.toFixed(0)} ms, a bare Probot handler`,
  );
  console.log(`with the same requests ${bareMs.toFixed(0)} ms: ${(ownMs / bareMs).toFixed(2)}x.\n`);
  const storm = await weatherStorm();
  console.log(
    `${storm.webhooks} signed webhooks at 100/s, ${storm.injected} answers of GitHub replaced by 502 or 403:`,
  );
  console.log(
    `all were taken (slowest answer ${storm.slowestAnswerMs.toFixed(0)} ms) and worked on after ${storm.seconds.toFixed(0)} s;`,
  );
  console.log(
    `${storm.commands} commands, each delivered five times, have ${storm.answers} answers; a sweep afterwards`,
  );
  console.log(
    `writes ${storm.writesLeft} times. Memory at each quarter: ${storm.residentBytes.map(megabytes).join(', ')}.`,
  );
}
