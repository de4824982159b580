import { type PythonFile, sourceOf } from './python-file.ts';

/** The construction of a network whose weights alone are saved: `from train import Net` and `Net(4, 3)`. */
export function networkOf(
  files: readonly PythonFile[],
  object: string,
): { readonly imports: string; readonly construction: string } | undefined {
  const name = /^(\w+)\.state_dict\(\)$/.exec(object)?.[1];
  if (name === undefined) return undefined;
  for (const file of files) {
    const value = file.assignments.find((one) => one.name === name && one.value.name === 'CallExpression')?.value;
    const construction = value === undefined ? undefined : sourceOf(value, file.text);
    const network = /^(\w+)\(/.exec(construction ?? '')?.[1];
    const home =
      network === undefined ? undefined : files.find(({ text }) => new RegExp(`^class ${network}\\b`, 'm').test(text));
    if (construction === undefined || network === undefined || home === undefined) continue;
    return { imports: `from ${home.path.replace(/\.py$/, '').replaceAll('/', '.')} import ${network}`, construction };
  }
  return undefined;
}
