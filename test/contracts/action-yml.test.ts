import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listActions, readActionMetadata } from '../../scripts/action-metadata.ts';
import { actionReadme } from '../../scripts/generate-action-docs.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

const inputsModule = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string(), required: z.boolean().optional() })),
});
const outputsModule = z.object({ outputs: z.object({ names: z.array(z.string()) }) });

const load = (name: string, file: string) => import(join(PROJECT_ROOT, 'actions', name, file));

describe.each(listActions())('actions/%s', (name) => {
  const metadata = readActionMetadata(name);

  it('has the same inputs, defaults and required flags in action.yml and inputs.ts', async () => {
    const { inputs } = inputsModule.parse(await load(name, 'inputs.ts'));
    const fromCode = Object.entries(inputs).map(([input, spec]) => [input, spec.default, spec.required ?? false]);
    const fromFile = Object.entries(metadata.inputs).map(([input, spec]) => [
      input,
      spec.default ?? '',
      spec.required ?? false,
    ]);
    expect(fromCode.sort()).toEqual(fromFile.sort());
  });

  it('writes exactly the outputs that action.yml declares', async () => {
    const { outputs } = outputsModule.parse(await load(name, 'outputs.ts'));
    expect(outputs.names.toSorted()).toEqual(Object.keys(metadata.outputs).sort());
  });

  it('takes the folder and the model, which every action takes', () => {
    expect(Object.keys(metadata.inputs)).toEqual(expect.arrayContaining(['working-directory', 'model']));
  });

  it('has no input that it does not use', () => {
    const files = globSync(`actions/${name}/*.ts`, {
      cwd: PROJECT_ROOT,
      exclude: (file) => file.endsWith('inputs.ts'),
    });
    const code = files.map((file) => readFileSync(join(PROJECT_ROOT, file), 'utf8')).join('\n');
    const inCode = (input: string) => new RegExp(`\\b${input}\\b|['"]${input}['"]`).test(code);
    // The context has resolved the folder; the only word that layout takes was checked when it was read.
    const elsewhere = ['working-directory', 'layout'];
    const unused = Object.keys(metadata.inputs).filter((input) => !elsewhere.includes(input) && !inCode(input));
    expect(unused).toEqual([]);
    for (const [input, { description }] of Object.entries(metadata.inputs)) {
      expect(description, input).not.toMatch(/not used by|not supported/i);
    }
  });

  it('shows an example in the description of every input', () => {
    const without = Object.entries(metadata.inputs).filter(([, { description }]) => !description.includes('Example: '));
    expect(without.map(([input]) => input)).toEqual([]);
  });

  it('runs its bundle under the runtime of node24', () => {
    expect(metadata.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
  });

  it('has a README whose tables are current', () => {
    const { current, wanted } = actionReadme(name);
    expect(current).toBe(wanted);
  });
});
