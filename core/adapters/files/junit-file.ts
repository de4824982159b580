import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { TestCounts } from '../../domain/metrics/test-counts.ts';
import { UserError } from '../../errors.ts';

/** Chosen: the test cases of a suite of 100,000 take about this; what they print is not needed. */
export const MOST_JUNIT_BYTES = 16 * 1024 * 1024;

/** An element as the parser gives it in order: its name with its children, or its text. */
type Node = Readonly<Record<string, unknown>>;

/** A test case: its elements, and the status that some test runners write in place of one. */
interface TestCase {
  readonly children: readonly Node[];
  readonly status: readonly string[];
}

/** The key of an element's attributes, as the parser names it. */
const ATTRIBUTES = ':@';

/**
 * Counts the test cases of a JUnit file. A case counts by its own elements, and one with a failure and an error counts as both.
 * Of the attributes only the status of a case is read, and only where it says that the case did not run or failed: numbers
 * are not. A failure or an error of a suite itself, such as a class that does not load, counts as a case of it.
 *
 * @param shown The file's name in messages.
 * @throws {UserError} DATA_INVALID for more than 16 MiB, what is not XML in UTF-8, a document type, another root element, and a file
 *   in which no test case ran: nothing was tested.
 */
export function countTestCases(bytes: Uint8Array, shown: string): TestCounts {
  if (bytes.length > MOST_JUNIT_BYTES) {
    throw invalid(
      shown,
      `has more than ${MOST_JUNIT_BYTES} bytes`,
      'Write the test cases without their output: pytest -o junit_logging=no.',
    );
  }
  const cases = rootOf(parse(bytes, shown), shown).flatMap(testCases);
  const counts = {
    tests: cases.length,
    passed: cases.filter((one) => !failed(one) && !erred(one) && !skipped(one)).length,
    failures: cases.filter(failed).length,
    errors: cases.filter(erred).length,
    skipped: cases.filter((one) => skipped(one) && !failed(one) && !erred(one)).length,
  };
  if (counts.tests > counts.skipped) return counts;
  const what = counts.tests === 0 ? 'has no test case' : `has ${counts.tests} test cases, and all were skipped`;
  throw invalid(shown, what, 'Check the command that runs the tests: a run that tests nothing passes no gate.');
}

function parse(bytes: Uint8Array, shown: string): readonly Node[] {
  const text = decode(bytes, shown);
  // An entity could bring in what no one sees in the file.
  if (hasDocumentType(text)) {
    throw invalid(
      shown,
      'has a document type, which no test run writes',
      'Write the file with the test runner itself.',
    );
  }
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw broken(shown, `${valid.err.msg} (line ${valid.err.line})`);
  try {
    const parser = new XMLParser({
      preserveOrder: true,
      ignoreAttributes: false,
      attributeNamePrefix: '',
      processEntities: false,
      parseTagValue: false,
      removeNSPrefix: true,
    });
    // The parser's type is any; with `preserveOrder` it gives a list of elements.
    return elementsOf(parser.parse(text) as unknown);
  } catch (error) {
    throw broken(shown, error instanceof Error ? error.message : 'it cannot be read');
  }
}

/** True if there is a document type or an entity outside of comments and of what a test printed. */
function hasDocumentType(text: string): boolean {
  for (let at = text.indexOf('<!'); at !== -1; at = text.indexOf('<!', at + 2)) {
    if (text.startsWith('<!DOCTYPE', at) || text.startsWith('<!ENTITY', at)) return true;
    const end = PRINTED.find(([start]) => text.startsWith(start, at));
    if (end === undefined) continue;
    at = text.indexOf(end[1], at + end[0].length);
    // A part without an end is not XML, which the validator says.
    if (at === -1) return false;
  }
  return false;
}

/** Start and end of parts of XML that have no markup. */
const PRINTED = [
  ['<![CDATA[', ']]>'],
  ['<!--', '-->'],
] as const;

function decode(bytes: Uint8Array, shown: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw broken(shown, 'it is not UTF-8');
  }
}

function elementsOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter((one): one is Node => typeof one === 'object' && one !== null) : [];
}

/** The children of the one root element. */
function rootOf(nodes: readonly Node[], shown: string): readonly Node[] {
  const roots = nodes.filter((node) => !Object.keys(node).some((name) => name.startsWith('?') || name === '#text'));
  const [root, ...more] = roots;
  const isSuite = root !== undefined && ('testsuites' in root || 'testsuite' in root);
  if (isSuite && more.length === 0) return roots;
  throw invalid(
    shown,
    'is not a JUnit file: its root is not testsuites',
    'Write it with pytest --junitxml, or as JUnit does.',
  );
}

/** Each test case in an element, however deep its suites are. */
function testCases(node: Node): readonly TestCase[] {
  return Object.entries(node).flatMap(([name, children]) => {
    if (name === 'testcase') {
      const own = elementsOf(children);
      return [{ children: own, status: statusOf(node) }, ...own.flatMap(testCases)];
    }
    if (name !== 'testsuite' && name !== 'testsuites') return [];
    return elementsOf(children).flatMap((child) =>
      'failure' in child || 'error' in child ? [{ children: [child], status: [] }] : testCases(child),
    );
  });
}

function statusOf(node: Node): readonly string[] {
  const attributes = node[ATTRIBUTES];
  if (typeof attributes !== 'object' || attributes === null) return [];
  return Object.entries(attributes).flatMap(([name, value]) =>
    name === 'status' || name === 'result' ? [String(value).toLowerCase()] : [],
  );
}

function failed(one: TestCase): boolean {
  return has(one, 'failure') || one.status.some((status) => FAILED.has(status));
}

function erred(one: TestCase): boolean {
  return has(one, 'error') || one.status.includes('error');
}

function skipped(one: TestCase): boolean {
  return has(one, 'skipped') || has(one, 'disabled') || one.status.some((status) => NOT_RUN.has(status));
}

/** Statuses of GoogleTest and CTest for a case that failed, and for one that did not run: both without an element of its own. */
const FAILED: ReadonlySet<string> = new Set(['fail', 'failed', 'failure']);
const NOT_RUN: ReadonlySet<string> = new Set(['notrun', 'disabled', 'suppressed', 'skipped']);

function has({ children }: TestCase, name: string): boolean {
  return children.some((child) => name in child);
}

function broken(shown: string, why: string): UserError {
  return invalid(
    shown,
    `is not XML that can be read: ${why}`,
    'Check that the test run ended, and that nothing else writes this file.',
  );
}

function invalid(shown: string, what: string, fix: string): UserError {
  return new UserError('DATA_INVALID', `${shown} ${what}`, { fix });
}
