import { parentPort } from 'node:worker_threads';
import { answerQuestions } from '../threads/answer-questions.ts';
import { hasRows, type RowsQuestion } from './has-rows.ts';

// The file that the thread of `areRowsUnchanged` runs.
answerQuestions(parentPort, ({ paths, ...rows }: RowsQuestion) => hasRows({ ...rows, paths: paths.split('\0') }));
