import type { PythonFile } from './python/python-file.ts';
import { stringOf } from './python/python-values.ts';

/** A program of the team that scores a table with a model. */
export interface PredictProgram {
  readonly path: string;
  /** With the three places of `evaluate.predict`. */
  readonly command: string;
}

const MODEL = /^--(?:model|model[-_](?:path|file|uri)|artifact|checkpoint)$/;
const DATA = /^--(?:data|data[-_](?:path|file)|input|input[-_](?:path|file|csv)|dataset|csv)$/;
const OUT = /^--(?:out|output|output[-_](?:path|file|csv)|predictions|out[-_](?:path|file))$/;

/**
 * A program whose options are a model, a table and a file to write, no other option is required, and which writes a column
 * that `evaluate.predict` reads (`score`, `score_<class>` or `prediction`).
 */
export function findPredictProgram(
  files: readonly PythonFile[],
  { folder }: { readonly folder: string },
): PredictProgram | undefined {
  for (const file of files.filter(({ path }) => /predict|score|infer/i.test(path.split('/').at(-1) ?? ''))) {
    const options = file.calls.filter(({ method }) => method === 'add_argument');
    const names = options.map(
      ({ args }) => args.map((arg) => stringOf(arg, file.text) ?? '').findLast((name) => name.startsWith('--')) ?? '',
    );
    const looped = [
      ...file.text.matchAll(/for\s+\w+\s+in\s+[([]([^)\]]+)[)\]]\s*:\s*\n\s+\w+\.add_argument\(\s*f["']--\{/g),
    ].flatMap(([, list]) => [...(list ?? '').matchAll(/["']([\w-]+)["']/g)].map(([, name]) => `--${name}`));
    const all = [...names.filter((name) => name !== ''), ...looped];
    const [model, data, out] = [MODEL, DATA, OUT].map((pattern) => all.find((name) => pattern.test(name)));
    const others = options.filter(
      (call, index) => call.named.has('required') && ![model, data, out].includes(names[index]),
    );
    const writesScores = /["'](?:score|prediction)["']|["']score_/.test(file.text);
    if (
      model === undefined ||
      data === undefined ||
      out === undefined ||
      others.some((call) => call.args.length > 0 && stringOf(call.args[0] ?? call.node, file.text) !== undefined) ||
      !writesScores
    )
      continue;
    const inside = folder !== '' && file.path.startsWith(`${folder}/`) ? folder : '';
    const path = inside === '' ? file.path : file.path.slice(inside.length + 1);
    const call = `python ${path} ${model} {artifact} ${data} {dataset} ${out} {predictions}`;
    return { path: file.path, command: inside === '' ? call : `cd ${inside} && ${call}` };
  }
  return undefined;
}
