import { parentPort } from 'node:worker_threads';
import { answerQuestions } from '../../../../core/adapters/threads/answer-questions.ts';

/** What the thread of the tests is asked to do. */
export type EchoQuestion =
  | { readonly say: string; readonly afterMs?: number }
  | { readonly fail: string }
  | { readonly end: number }
  | { readonly fill: true }
  | { readonly bytes: Uint8Array }
  | { readonly environment: true };

answerQuestions(parentPort, async (question: EchoQuestion): Promise<unknown> => {
  if ('say' in question) {
    await new Promise((resolve) => setTimeout(resolve, question.afterMs ?? 0));
    return question.say;
  }
  if ('fail' in question) {
    throw Object.assign(new Error(question.fail, { cause: new Error('the cause') }), { code: 'EFAIL' });
  }
  if ('end' in question) process.exit(question.end);
  if ('bytes' in question) return question.bytes.length;
  if ('environment' in question) return Object.keys(process.env).length;
  const kept: string[][] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => `${index}`));
});
