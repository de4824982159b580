/** A block of a Declarative Pipeline, or a step in one: `stage('Train') { … }`, `agent any`, `sh '…'`. */
export interface JenkinsNode {
  /** The first word. */
  readonly name: string;
  /** The text behind it, without the parentheses around it. */
  readonly argument: string;
  readonly children: readonly JenkinsNode[];
}

interface Reading {
  readonly lines: readonly string[];
  at: number;
}

/**
 * Reads a Jenkinsfile as this project writes them: one step or one opening or closing brace per line.
 *
 * @throws {Error} Where braces do not match, or a line is neither.
 */
export function parseJenkinsfile(text: string): readonly JenkinsNode[] {
  const lines = text.split('\n').map((line) => line.replace(/(^|\s)\/\/.*$/, '').trim());
  const reading = { lines, at: 0 };
  const found = block(reading);
  if (reading.at < lines.length) throw new Error('there are more closing braces than opening ones');
  return found;
}

function block(reading: Reading): readonly JenkinsNode[] {
  const found: JenkinsNode[] = [];
  while (reading.at < reading.lines.length) {
    const line = reading.lines[reading.at] ?? '';
    if (line === '}') return found;
    reading.at += 1;
    if (line !== '') found.push(node(line, reading));
  }
  return found;
}

function node(line: string, reading: Reading): JenkinsNode {
  const [, name = '', rest = ''] = /^(\w+)\s*(.*)$/.exec(line) ?? [];
  if (name === '') throw new Error(`not a step: ${line}`);
  if (/^agent \{.*\}$/.test(line) || !rest.endsWith('{')) return { name, argument: unwrapped(rest), children: [] };
  const children = block(reading);
  if (reading.lines[reading.at] !== '}') throw new Error(`the block ${name} has no end`);
  reading.at += 1;
  return { name, argument: unwrapped(rest.slice(0, -1).trim()), children };
}

/** Without parentheses and quotes. */
function unwrapped(text: string): string {
  return text.replace(/^\((.*)\)$/, '$1').replace(/^'(.*)'$/, '$1');
}

/** The nodes with a name in a block, at any depth and in order. */
export function nodesNamed(nodes: readonly JenkinsNode[], name: string): readonly JenkinsNode[] {
  return nodes.flatMap((one) => [...(one.name === name ? [one] : []), ...nodesNamed(one.children, name)]);
}
