/** Chosen: what a person reads before opening the log. */
export const MAX_LOG_LINES = 30;
/** Chosen: longer lines are data. */
export const MAX_LOG_LINE_CHARACTERS = 400;
/** Time that GitHub's runner writes before each line. */
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z /;
/** Terminal sequences: colours and cursor (CSI), titles and links (OSC), and single escapes. Each ends within a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out.
const ESCAPES = /\u001b\[[0-9:;<=>?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]/g;
const ERROR = '##[error]';

/**
 * The last lines of a job's log before it failed: up to the last line that the runner marks as an error, because what
 * comes after it only cleans up. Without times, terminal sequences and the marks of groups.
 *
 * @param log The end of a log of GitHub Actions.
 * @returns At most 30 lines of at most 400 characters each; '' where there is none.
 * @example lastLines('2026-01-01T00:00:00.0000000Z Boom\n2026-01-01T00:00:00.0000000Z ##[error]Process completed with exit code 1.\nPost job cleanup.') // => 'Boom\nError: Process completed with exit code 1.'
 */
export function lastLines(log: string): string {
  const lines = log
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map(plainLine);
  const failed = lines.findLastIndex((line) => line.startsWith(ERROR));
  return (failed < 0 ? lines : lines.slice(0, failed + 1))
    .filter((line) => line.trim() !== '' && line !== '##[endgroup]')
    .slice(-MAX_LOG_LINES)
    .map((line) => line.replace(/^##\[(error|warning)\]/, (_, level: string) => `${capital(level)}: `))
    .map((line) => line.replace(/^##\[\w+\]/, ''))
    .map((line) => (line.length > MAX_LOG_LINE_CHARACTERS ? `${line.slice(0, MAX_LOG_LINE_CHARACTERS - 1)}…` : line))
    .join('\n');
}

/** Text that a carriage return overwrites, such as a bar of progress, is not seen in a terminal either. */
function plainLine(line: string): string {
  const text = line.replace(TIME, '').replace(ESCAPES, '');
  return text.slice(text.lastIndexOf('\r') + 1).trimEnd();
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
