import type { MessagePort } from 'node:worker_threads';
import { UserError } from '../../errors.ts';
import type { UntrustedParser } from '../../ports/store/untrusted-parser.ts';
import { type ParserAnswer, type ParserQuestion, plainError } from './parser-messages.ts';

/**
 * Answers the questions of a `ThreadParser`, in the thread that it started.
 *
 * @param port The thread's own.
 */
export function serveParser(port: MessagePort, parser: UntrustedParser<unknown>): void {
  const say = (answer: ParserAnswer) => port.postMessage(answer);
  port.on('message', (question: ParserQuestion) => {
    answerTo(question, parser).then(say, (error: unknown) => {
      if (error instanceof UserError) say({ is: 'refused', error: plainError(error) });
      else say({ is: 'defect', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    });
  });
  say({ is: 'ready' });
}

async function answerTo(question: ParserQuestion, parser: UntrustedParser<unknown>): Promise<ParserAnswer> {
  if (question.ask === 'config') return { is: 'value', value: await parser.parseConfig(question.text) };
  if (question.ask === 'report') {
    return { is: 'value', value: await parser.readReport(question.kind, question.bytes) };
  }
  const readings = await parser.readTargets(question.text, question.targets);
  return {
    is: 'value',
    value: readings.map((one) => (one.error === undefined ? one : { error: plainError(one.error) })),
  };
}
