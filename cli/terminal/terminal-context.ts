import type { ActionContext, ActionLog, Environment } from '../../actions/action-context.ts';
import type { ErrorPlace, Problem } from '../../core/errors.ts';
import { renderMarkdown } from './render-markdown.ts';

/** Streams of a command, and its inputs. */
export interface TerminalOptions {
  readonly action: string;
  readonly env: Environment;
  readonly nodeModules: string | undefined;
  readonly workingDirectory: string;
  /** The values of flags, by the names of inputs. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Results as JSON on standard output, and all else on standard error. */
  readonly isJson: boolean;
  /** Folded parts of a summary are shown too. */
  readonly isFull: boolean;
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
}

/** A stream of the process. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The context of an action on a terminal, with what it came to. */
export interface TerminalContext {
  readonly context: ActionContext;
  readonly outputs: ReadonlyMap<string, string | number | boolean | null>;
  readonly isFailed: () => boolean;
}

const WIDTH = 100;

/** An action's context for people: its summary as text, results as a table or JSON, failures in red. */
export function createTerminalContext(options: TerminalOptions): TerminalContext {
  const { action, env, nodeModules, workingDirectory, inputs, isJson, isFull, stdout, stderr } = options;
  const isColoured = !isJson && stdout.isTTY === true && !env.NO_COLOR;
  const outputs = new Map<string, string | number | boolean | null>();
  let isFailed = false;
  const says = isJson ? stderr : stdout;
  const context: ActionContext = {
    action,
    env,
    nodeModules,
    workingDirectory,
    log: createLog(says, isColoured),
    isRunner: false,
    input: (name) => inputs.get(name),
    setOutput: (name, value) => void outputs.set(name, value),
    appendSummary: async (markdown) => {
      const width = says.columns ?? WIDTH;
      says.write(`\n${renderMarkdown(markdown, { width, isColoured, isFull })}\n`);
    },
    maskSecret: () => {},
    fail: (message, place) => {
      says.write(`${coloured('31', plainLine(`✗ ${at(place)}${message}`), isColoured)}\n`);
      isFailed = true;
    },
    idToken: async () => {
      throw new Error('a terminal has no identity token');
    },
  };
  return { context, outputs, isFailed: () => isFailed };
}

function createLog(stream: TerminalStream, isColoured: boolean): ActionLog {
  const line = (text: string, code?: string) => {
    const plain = plainLine(text);
    stream.write(`${code === undefined ? plain : coloured(code, plain, isColoured)}\n`);
  };
  return {
    info: (text) => line(text),
    warning: ({ message, fix, place }: Problem) => line(`! ${at(place)}${message}. ${fix}`, '33'),
    notice: (message, place) => line(`${at(place)}${message}`),
    group: async (title, work) => {
      line(title, '1');
      return work();
    },
  };
}

/** Lines that a terminal takes for text. */
export function plainText(text: string): string {
  return text.replaceAll(/(?!\n)\p{Cc}/gu, ' ');
}

/** One line that a terminal takes for text. */
export function plainLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}

function at(place: ErrorPlace | undefined): string {
  if (place === undefined) return '';
  return `${place.file}${place.line === undefined ? '' : `:${place.line}`}: `;
}

/** A text in a colour of ANSI; as it is where there are no colours. */
export function coloured(code: string, text: string, isColoured: boolean): string {
  return isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
}
