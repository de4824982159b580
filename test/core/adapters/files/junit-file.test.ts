import { describe, expect, it } from 'vitest';
import { countTestCases, MOST_JUNIT_BYTES } from '../../../../core/adapters/files/junit-file.ts';

const count = (text: string) => countTestCases(new TextEncoder().encode(text), 'junit.xml');
const suite = (cases: string) =>
  `<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite>${cases}</testsuite></testsuites>`;

/** As pytest 8 writes it. */
const PYTEST = `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.049" timestamp="2026-11-30T07:00:00.000000+00:00" hostname="h"><testcase classname="test_a" name="test_ok" time="0.001" /><testcase classname="test_a" name="test_bad" time="0.001"><failure message="AssertionError: assert 1 == 2">def test_bad():
&gt;       assert 1 == 2
E       assert 1 == 2

test_a.py:6: AssertionError</failure></testcase><testcase classname="test_a" name="test_skip" time="0.000"><skipped type="pytest.skip" message="no">/w/test_a.py:8: no</skipped></testcase><testcase classname="test_a" name="test_setup" time="0.001"><error message="failed on setup with &quot;ValueError: x&quot;">@pytest.fixture</error></testcase></testsuite></testsuites>`;

describe('countTestCases', () => {
  it('counts what pytest writes', () => {
    expect(count(PYTEST)).toEqual({ tests: 4, passed: 1, failures: 1, errors: 1, skipped: 1 });
  });

  it('does not believe attributes', () => {
    expect(
      count('<testsuite tests="50" failures="0" errors="0"><testcase name="a"><failure/></testcase></testsuite>'),
    ).toEqual({
      tests: 1,
      passed: 0,
      failures: 1,
      errors: 0,
      skipped: 0,
    });
  });

  it('counts cases of nested suites, with a prefix of a namespace too', () => {
    const text =
      '<j:testsuites xmlns:j="u"><j:testsuite><j:testsuite><j:testcase/></j:testsuite><j:testcase/></j:testsuite></j:testsuites>';
    expect(count(text).tests).toBe(2);
  });

  it('counts a case with a failure and an error as both, also where it says that it was skipped', () => {
    const text = suite('<testcase><skipped/><failure/><error/></testcase><testcase/>');
    expect(count(text)).toEqual({ tests: 2, passed: 1, failures: 1, errors: 1, skipped: 0 });
  });

  it.each([
    ['GoogleTest', '<testcase name="DISABLED_a" status="notrun" result="suppressed"/>'],
    ['CTest', '<testcase name="a" status="disabled"><disabled message="Disabled"/></testcase>'],
  ])('counts a case that is disabled as skipped: %s', (_, disabled) => {
    const text = suite(`${disabled}<testcase status="run" result="completed"/>`);
    expect(count(text)).toEqual({ tests: 2, passed: 1, failures: 0, errors: 0, skipped: 1 });
    expect(() => count(suite(disabled))).toThrow('all were skipped');
  });

  it('counts a failed status without an element', () => {
    const text = suite('<testcase status="failed"/><testcase status="error"/>');
    expect(count(text)).toEqual({ tests: 2, passed: 0, failures: 1, errors: 1, skipped: 0 });
  });

  it('counts an error of a suite, and cases in cases', () => {
    const broken = suite('<error type="java.lang.NoClassDefFoundError">Model</error><testcase/>');
    expect(count(broken)).toEqual({ tests: 2, passed: 1, failures: 0, errors: 1, skipped: 0 });
    expect(count(suite('<testcase><testcase><failure/></testcase></testcase>'))).toMatchObject({ failures: 1 });
  });

  it('accepts a page of HTML that a test printed, and instructions of a style sheet', () => {
    const html = suite('<testcase><failure><![CDATA[not <!DOCTYPE html>]]></failure></testcase><!-- <!DOCTYPE a> -->');
    expect(count(html)).toMatchObject({ tests: 1, failures: 1 });
    expect(count('<?xml version="1.0"?><?xml-stylesheet href="a"?><testsuite><testcase/></testsuite>').passed).toBe(1);
    expect(() => count(`<!-- --><!DOCTYPE a>${suite('<testcase/>')}`)).toThrow('document type');
  });

  it('reads comments without an end in little time', () => {
    expect(() => count(`<testsuite>${'<!--'.repeat(500_000)}`)).toThrow('junit.xml');
  });

  it('counts nothing that a test printed, and nothing in comments', () => {
    const text = suite(
      '<testcase><system-out><![CDATA[<testcase><failure/></testcase>]]></system-out></testcase><!-- <testcase/> -->',
    );
    expect(count(text)).toMatchObject({ tests: 1, passed: 1, failures: 0 });
  });

  it.each([
    ['nothing', ''],
    ['spaces', '  \n'],
    ['text', 'ok'],
    ['JSON', '{"tests": 1}'],
    ['a file that broke off', PYTEST.slice(0, -30)],
    ['a tag that is not closed', '<testsuite><testcase></testsuite>'],
    ['two roots', '<testsuite><testcase/></testsuite><testsuite><testcase/></testsuite>'],
    ['another root', '<html><testcase/></html>'],
    ['cases outside of a suite', '<testcase/>'],
    ['a suite inside of something else', '<testsuites><div><testcase/></div></testsuites>'],
    ['no test case', suite('')],
    ['test cases in attributes alone', '<testsuites tests="3" failures="0"/>'],
    ['only skipped cases', suite('<testcase><skipped/></testcase>')],
    ['a document type', `<!DOCTYPE testsuites [<!ENTITY a "b">]>${suite('<testcase/>')}`],
    [
      'entities that grow',
      `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite><testcase>&b;</testcase></testsuite>`,
    ],
    [
      'elements in elements without end',
      `<testsuite>${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}<testcase/></testsuite>`,
    ],
    ['names of the prototype', '<testsuite><__proto__><testcase/></__proto__></testsuite>'],
    ['control characters', `\u0000${suite('<testcase/>')}`],
  ])('refuses %s', (_, text) => {
    expect(() => count(text)).toThrow('junit.xml');
  });

  it('refuses what is not UTF-8, and more than 16 MiB', () => {
    expect(() => countTestCases(Uint8Array.of(0x3c, 0xff, 0xfe), 'junit.xml')).toThrow('it is not UTF-8');
    expect(() => countTestCases(new Uint8Array(MOST_JUNIT_BYTES + 1), 'junit.xml')).toThrow(
      'has more than 16777216 bytes',
    );
  });
});
