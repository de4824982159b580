import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';

/** Writes what a team has into its clone: two models to choose from instead of a training, data, and the given files. */
export async function writeTeam(clone: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const model of ['good.onnx', 'poor.onnx']) {
    await cp(path.join(PROJECT_ROOT, 'test/fixtures/models', model), path.join(clone, model));
  }
  const all = {
    'which.txt': 'poor.onnx\n',
    'train.sh': 'mkdir -p model && cp "$(cat which.txt)" model/model.onnx\n',
    'test.csv': dataset(4000),
    'requirements.txt': '',
    '.gitignore': 'model/\n',
    ...files,
  };
  for (const [file, text] of Object.entries(all)) {
    await mkdir(path.dirname(path.join(clone, file)), { recursive: true });
    await writeFile(path.join(clone, file), text);
  }
}

/** A bin folder with what "python -m pip" needs of a Python environment here: nothing. */
export async function writePython(bin: string): Promise<string> {
  await mkdir(bin);
  await writeFile(path.join(bin, 'python'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  return bin;
}

function dataset(rows: number): string {
  const random = seededRandom(3);
  const lines = Array.from({ length: rows }, (_, i) => {
    const [a, b] = [random.normal(), random.normal()];
    const late = a + 0.5 * b + random.normal() > 0 ? 1 : 0;
    const date = new Date(Date.UTC(2001, 2, 1 + (i % 30), i % 24)).toISOString().slice(0, 19).replace('T', ' ');
    return [date, a, b, late].join(',');
  });
  return `date,a,b,late\n${lines.join('\n')}\n`;
}
