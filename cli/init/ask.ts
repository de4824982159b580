import { createInterface } from 'node:readline/promises';

/** Asks a question that has the answers yes and no. Without a terminal no one can answer, and the answer is `otherwise`. */
export async function confirm(question: string, otherwise: boolean): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) return otherwise;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = (await lines.question(`${question} [Y/n] `)).trim();
    return answer === '' || /^y/i.test(answer);
  } finally {
    lines.close();
  }
}
