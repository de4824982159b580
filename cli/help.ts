import type { InputTable } from '../actions/inputs.ts';
import type { ActionHelp } from './action-help.ts';
import { flagNames, isList, isSwitch } from './flags.ts';

const INDENT = '      ';
const WIDTH = 92;

/** The list of all commands. */
export function renderUsage(commands: readonly (readonly [name: string, about: string])[]): string {
  const longest = Math.max(...commands.map(([name]) => name.length));
  const lines = commands.map(([name, about]) => `  ${name.padEnd(longest)}  ${about}`);
  return `Usage: tidegate <command> [flags]

${lines.join('\n')}

Each command does what the action of its name does, on the repository of the working directory.
  --help   the flags of a command
  --full   the folded parts of a summary too
  --json   results as JSON on standard output; all else is written to standard error
Exit code: 0 if the result is good, 1 if the gate, the drift check or the command fails, 2 for a wrong flag.
`;
}

/** The flags and results of one command, from the descriptions in action.yml. */
export function renderHelp(command: string, table: InputTable, { description, inputs, outputs }: ActionHelp): string {
  const flags = flagNames(table).map((name) => {
    const value = isSwitch(table, name) ? '' : ` <${isList(table, name) ? 'value, may be repeated' : 'value'}>`;
    const standard = inputs[name]?.default ?? '';
    const preset = standard === '' || standard.includes('${{') ? '' : ` [${standard}]`;
    return `  --${name}${value}${preset}\n${wrap(plain(inputs[name]?.description ?? ''))}`;
  });
  const results = Object.entries(outputs).map(([name, output]) => `  ${name}\n${wrap(plain(output.description))}`);
  return `Usage: tidegate ${command} [flags]

${description}

Flags:
${flags.join('\n')}
  --full
${wrap('The folded parts of a summary too.')}
  --json
${wrap('Results as JSON on standard output.')}

Results (--json):
${results.join('\n')}
`;
}

/** Without the quotes of code. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}

function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${INDENT}${one}`).join('\n');
}
