import type { MessagePort } from 'node:worker_threads';
import { UserError } from '../../errors.ts';
import type { UntrustedParser } from '../../ports/store/untrusted-parser.ts';
import { answerQuestions } from './answer-questions.ts';
import { type ParserAnswer, type ParserQuestion, plainError } from './parser-messages.ts';

/**
 * Answers the questions of a `ThreadParser`, in the thread that it started.
 *
 * @param port The thread's own.
 */
export function serveParser(port: MessagePort | null, parser: UntrustedParser<unknown>): void {
  answerQuestions(port, async (question: ParserQuestion): Promise<ParserAnswer> => {
    try {
      return { is: 'value', value: await readingOf(question, parser) };
    } catch (error) {
      if (error instanceof UserError) return { is: 'refused', error: plainError(error) };
      throw error;
    }
  });
}

async function readingOf(question: ParserQuestion, parser: UntrustedParser<unknown>): Promise<unknown> {
  if (question.ask === 'ready') return null;
  if (question.ask === 'config') return parser.parseConfig(question.text);
  if (question.ask === 'checks') return parser.checkTargets(question.config, question.manifests);
  if (question.ask === 'report') return parser.readReport(question.kind, question.bytes);
  const readings = await parser.readTargets(question.text, question.targets);
  return readings.map((one) => (one.error === undefined ? one : { error: plainError(one.error) }));
}
