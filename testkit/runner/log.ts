/** An annotation of a step, as the run's page shows it. */
export interface StepAnnotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly title: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly endLine: number | undefined;
  readonly column: number | undefined;
  readonly step: string;
}

/** Of each level, in one step. */
export const MAX_ANNOTATIONS = 10;
/** Longer messages are cut. In characters. */
export const MAX_MESSAGE_LENGTH = 4096;

/** The values that a job's log must not show. */
export class Masks {
  readonly #values = new Set<string>();

  /** Adds a value, and each line of it. Empty values mask nothing. */
  add(value: string): void {
    for (const part of [value, ...value.split(/\r?\n/)]) {
      if (part.trim() !== '') this.#values.add(part);
    }
  }

  apply(text: string): string {
    let result = text;
    for (const value of [...this.#values].sort((a, b) => b.length - a.length)) result = result.replaceAll(value, '***');
    return result;
  }

  hides(text: string): boolean {
    return [...this.#values].some((value) => text.includes(value));
  }
}

/** The log of a job: reads workflow commands out of what steps print, and keeps the rest, masked. */
export class JobLog {
  readonly masks = new Masks();
  readonly annotations: StepAnnotation[] = [];
  readonly #lines: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #onLine: (line: string) => void;
  #step = '';
  #stopToken: string | undefined;

  constructor(onLine: (line: string) => void = () => undefined) {
    this.#onLine = onLine;
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  /** From here on, output belongs to this step: its annotations are counted again. */
  beginStep(name: string): void {
    this.#step = name;
    this.#counts.clear();
    this.#stopToken = undefined;
  }

  /** Writes a line of the runner itself. */
  write(line: string): void {
    const masked = this.masks.apply(line);
    this.#lines.push(masked);
    this.#onLine(masked);
  }

  /** Takes in a line that a step printed. */
  take(line: string): void {
    const command = /^\s*::([\w-]+)(?:\s+(.*?))?::(.*)$/.exec(line);
    if (this.#stopToken !== undefined) {
      if (line.trim() === `::${this.#stopToken}::`) this.#stopToken = undefined;
      else this.write(line);
      return;
    }
    if (command === null) this.write(line);
    else this.#command(command[1] ?? '', parseProperties(command[2] ?? ''), decode(command[3] ?? ''));
  }

  #command(name: string, properties: Readonly<Record<string, string>>, message: string): void {
    switch (name) {
      case 'add-mask':
        this.masks.add(message);
        return;
      case 'error':
      case 'warning':
      case 'notice':
        this.annotate(name, message, properties);
        return;
      case 'group':
        this.write(`##[group]${message}`);
        return;
      case 'endgroup':
        this.write('##[endgroup]');
        return;
      case 'stop-commands':
        this.#stopToken = message;
        return;
      case 'debug':
      case 'add-matcher':
      case 'remove-matcher':
      case 'echo':
        return;
      default:
        this.write(`##[warning]The command ${name} is not supported`);
    }
  }

  /** Writes an annotation, and keeps it if the step has room for one more of its level. */
  annotate(level: StepAnnotation['level'], message: string, properties: Readonly<Record<string, string>> = {}): void {
    const masked = this.masks.apply(message);
    this.write(`##[${level}]${masked}`);
    const count = this.#counts.get(level) ?? 0;
    this.#counts.set(level, count + 1);
    if (count >= MAX_ANNOTATIONS) return;
    const number = (name: string) => (properties[name] === undefined ? undefined : Number(properties[name]));
    this.annotations.push({
      level,
      message: masked.slice(0, MAX_MESSAGE_LENGTH),
      title: properties.title,
      file: properties.file,
      line: number('line'),
      endLine: number('endLine') ?? number('line'),
      column: number('col'),
      step: this.#step,
    });
  }
}

function decode(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function parseProperties(text: string): Record<string, string> {
  const entries = text
    .split(',')
    .filter((part) => part.includes('='))
    .map((part): [string, string] => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1)]);
  const decodeProperty = (value: string) => decode(value.replaceAll('%3A', ':').replaceAll('%2C', ','));
  return Object.fromEntries(entries.map(([name, value]) => [name, decodeProperty(value)]));
}

/** Cuts a stream of bytes into lines. */
export class LineReader {
  #rest = '';
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line.replace(/\r$/, ''));
  }

  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest);
    this.#rest = '';
  }
}
