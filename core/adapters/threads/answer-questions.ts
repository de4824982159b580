import type { MessagePort } from 'node:worker_threads';

/** Fields of an error of Node.js, by which a refusal of the file system is recognised. */
export type ErrorFields = Readonly<Record<'code' | 'syscall', unknown>>;

/** An answer on its way between two threads. A copy of an error loses its fields, which therefore are sent separately. */
export type Reply<Answer> =
  | { readonly value: Answer }
  | { readonly error: unknown; readonly fields: Partial<ErrorFields> };

/**
 * Answers the questions of a `WorkerThread`, in the thread that it started: one after the other, in their order. An
 * error is an answer too; the thread lives on.
 *
 * @param port The thread's own; null, on the main thread, is a defect.
 */
export function answerQuestions<Ask, Answer>(
  port: MessagePort | null,
  answer: (question: Ask) => Answer | Promise<Answer>,
): void {
  if (port === null) throw new Error('this file is run by a thread, not by itself');
  let last: Promise<void> = Promise.resolve();
  port.on('message', (question: Ask) => {
    last = last.then(async () => port.postMessage(await replyTo(question, answer)));
  });
}

async function replyTo<Ask, Answer>(
  question: Ask,
  answer: (question: Ask) => Answer | Promise<Answer>,
): Promise<Reply<Answer>> {
  try {
    return { value: await answer(question) };
  } catch (error) {
    return { error, fields: fieldsOf(error) };
  }
}

function fieldsOf(error: unknown): Partial<ErrorFields> {
  if (!(error instanceof Error)) return {};
  return {
    ...('code' in error ? { code: error.code } : {}),
    ...('syscall' in error ? { syscall: error.syscall } : {}),
  };
}
