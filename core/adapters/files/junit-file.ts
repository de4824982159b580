import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { TestCounts } from '../../domain/metrics/test-counts.ts';
import { UserError } from '../../errors.ts';

/** Chosen: the test cases of a suite of 100,000 take about this; what they print is not needed. */
export const MOST_JUNIT_BYTES = 16 * 1024 * 1024;

/** An element as the parser gives it in order: its name with its children, or its text. */
type Node = Readonly<Record<string, unknown>>;

/**
 * Counts the test cases of a JUnit file. Attributes are not read: a case counts by its own elements, and one with a failure and
 * an error counts as both.
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
    passed: cases.filter((one) => !hasAny(one, ['failure', 'error', 'skipped'])).length,
    failures: cases.filter((one) => hasAny(one, ['failure'])).length,
    errors: cases.filter((one) => hasAny(one, ['error'])).length,
    skipped: cases.filter((one) => hasAny(one, ['skipped']) && !hasAny(one, ['failure', 'error'])).length,
  };
  if (counts.tests > counts.skipped) return counts;
  const what = counts.tests === 0 ? 'has no test case' : `has ${counts.tests} test cases, and all were skipped`;
  throw invalid(shown, what, 'Check the command that runs the tests: a run that tests nothing passes no gate.');
}

function parse(bytes: Uint8Array, shown: string): readonly Node[] {
  const text = decode(bytes, shown);
  // An entity could bring in what no one sees in the file.
  if (text.includes('<!DOCTYPE') || text.includes('<!ENTITY')) {
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
      ignoreAttributes: true,
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
  const roots = nodes.filter((node) => !('?xml' in node) && !('#text' in node));
  const [root, ...more] = roots;
  const isSuite = root !== undefined && ('testsuites' in root || 'testsuite' in root);
  if (isSuite && more.length === 0) return roots;
  throw invalid(
    shown,
    'is not a JUnit file: its root is not testsuites',
    'Write it with pytest --junitxml, or as JUnit does.',
  );
}

/** The children of each test case in an element, however deep its suites are. */
function testCases(node: Node): readonly (readonly Node[])[] {
  return Object.entries(node).flatMap(([name, children]) => {
    if (name === 'testcase') return [elementsOf(children)];
    return name === 'testsuite' || name === 'testsuites' ? elementsOf(children).flatMap(testCases) : [];
  });
}

function hasAny(children: readonly Node[], names: readonly string[]): boolean {
  return children.some((child) => names.some((name) => name in child));
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
