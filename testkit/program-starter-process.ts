/** The process of `program-starter.ts`: runs the programs that it is asked for, and answers with what they gave. */
import { spawn } from 'node:child_process';
import type { StartedProgram, StarterAnswer, StarterRequest } from './program-starter.ts';

process.on('message', (request: StarterRequest) => {
  run(request.program).then(
    (ended) => answer({ id: request.id, ended }),
    (error) => answer({ id: request.id, failed: { message: String(error?.message), code: error?.code } }),
  );
});
// Nobody is left to answer.
process.on('disconnect', () => process.exit());

function answer(message: StarterAnswer): void {
  process.send?.(message);
}

async function run({ command, args, cwd, env, input }: StartedProgram) {
  const child = spawn(command, [...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program may end before it has read everything.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
}
