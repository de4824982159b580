import { describe, expect, it } from 'vitest';
import { dialectOf } from '../../../../core/domain/warehouse/dialects/dialect-of.ts';
import {
  type PrintedFormat,
  type PrintedKind,
  PrintedProblem,
  printableSql,
  readPrinted,
} from '../../../../core/domain/warehouse/printed-answer.ts';

const KINDS: readonly PrintedKind[] = ['number', 'text'];
const hex = (text: string) => `x${Buffer.from(text).toString('hex')}`;
const read = (text: string, format: PrintedFormat = 'csv') => readPrinted(text, KINDS, format);

describe('printableSql', () => {
  it('asks for texts as digits, and for the number of rows in each row', () => {
    const sql = printableSql('SELECT a AS c0, b AS c1 FROM t', KINDS, dialectOf('postgres'));
    expect(sql).toBe(
      "SELECT q.c0 AS c0, CASE WHEN q.c1 IS NULL THEN '-' ELSE CONCAT('x', encode(convert_to(q.c1, 'UTF8'), 'hex')) END AS c1, COALESCE(q.total, 0) AS tidegate_rows FROM (SELECT 1 AS one) AS o LEFT JOIN (SELECT p.*, COUNT(*) OVER () AS total, 1 AS one FROM (SELECT a AS c0, b AS c1 FROM t) AS p) AS q ON q.one = o.one",
    );
  });
});

describe('readPrinted of CSV', () => {
  it.each([
    ['psql --csv', `c0,c1,tidegate_rows\n1.5,${hex('a,"b"\n')},2\n,-,2\n`],
    ['tabs and NULL, as spark-sql prints them', `c0\tc1\ttidegate_rows\n1.5\t${hex('a,"b"\n')}\t2\nNULL\t-\t2\n`],
    ['quotes, capitals and \\N', `"C0","C1","TIDEGATE_ROWS"\r\n"1.5","${hex('a,"b"\n')}","2"\r\n"\\N","-","2"\r\n`],
    [
      'lines before and after',
      `Waiting ...\nnullc0,c1,tidegate_rows\n1.50e0,${hex('a,"b"\n')},2\n(null),-,2\n\nClosing.\n`.replace(
        '(null)',
        'null',
      ),
    ],
  ])('reads what clients print: %s', (_, text) => {
    expect(read(text)).toEqual([
      [1.5, null],
      ['a,"b"\n', null],
    ]);
  });

  it('tells an empty text from a missing one, and an empty answer from none', () => {
    expect(read('c0,c1,tidegate_rows\n1,x,2\n1,-,2\n')[1]).toEqual(['', null]);
    expect(read('c0,c1,tidegate_rows\n,-,0\n')).toEqual([[], []]);
    expect(() => read('c0,c1,tidegate_rows\n')).toThrow('it printed no row');
    expect(() => read('')).toThrow(PrintedProblem);
  });

  it('reads numbers that are not finite', () => {
    expect(read('c0,c1,tidegate_rows\nNaN,-,3\n-Infinity,-,3\ninf,-,3\n')[0]).toEqual([
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it.each([
    ['fewer rows than there are', 'c0,c1,tidegate_rows\n1,x,3\n2,x,3\n', 'it printed 2 of 3 rows'],
    ['more rows than there are', 'c0,c1,tidegate_rows\n1,x,1\n2,x,1\n', 'it printed 2 of 1 rows'],
    ['a row that breaks off', 'c0,c1,tidegate_rows\n1,x,2\n2,x', 'it printed 1 of 2 rows'],
    ['a first row that breaks off', 'c0,c1,tidegate_rows\n1,x', /^row 1 has 2 columns instead of 3/],
    ['a row of another width between rows', 'c0,c1,tidegate_rows\n1,x,2\n2\n2,x,2\n', /^row 2 has 1 columns/],
    ['no names of columns', '1,x,1\n', /^it printed no line with the names of the columns/],
    ['names of other columns', 'c0,tidegate_rows\n1,1\n', /^it printed no line with the names/],
    ['a text where a number belongs', 'c0,c1,tidegate_rows\nmany,x,1\n', 'row 1 holds "many" where a number belongs'],
    ['a number that breaks off', 'c0,c1,tidegate_rows\n1e,x,1\n', 'row 1 holds "1e" where a number belongs'],
    ['a text that is no digits', 'c0,c1,tidegate_rows\n1,abc,1\n', 'row 1 holds "abc" where digits of a text belong'],
    ['half a digit', 'c0,c1,tidegate_rows\n1,x6,1\n', 'row 1 holds "x6" where digits of a text belong'],
    ['no count', 'c0,c1,tidegate_rows\n1,x,\n', 'it printed rows without their count'],
  ])('refuses %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe('readPrinted of JSON', () => {
  it.each([
    ['a list of numbers', `[{"c0": 1.5, "c1": "${hex('ü')}", "tidegate_rows": 1}]`],
    [
      'a list of texts after a line, as bq prints it',
      `Waiting\n[{"tidegate_rows":"1","c1":"${hex('ü')}","c0":"1.5"}]\n`,
    ],
    ['an object on each line', `{"C0": 1.5, "C1": "${hex('ü')}", "TIDEGATE_ROWS": 1}\n`],
  ])('reads %s', (_, text) => {
    expect(read(text, 'json')).toEqual([[1.5], ['ü']]);
  });

  it('reads an empty answer, and NULL as missing', () => {
    expect(read('[{"c0":null,"c1":"-","tidegate_rows":0}]', 'json')).toEqual([[], []]);
    expect(() => read('[]', 'json')).toThrow('it printed no row');
    expect(read('[{"c0":null,"c1":"-","tidegate_rows":1}]', 'json')).toEqual([[null], [null]]);
  });

  it.each([
    ['nothing', ''],
    ['what breaks off', '[{"c0":1,"c1":"-","tidegate_rows":1},'],
    ['fewer rows than there are', '[{"c0":1,"c1":"-","tidegate_rows":2}]'],
    ['a row without a column', '[{"c0":1,"tidegate_rows":1}]'],
    ['nested values', '[{"c0":[1],"c1":"-","tidegate_rows":1}]'],
    ['rows that are no objects', '[1]'],
  ])('refuses %s', (_, text) => {
    expect(() => read(text, 'json')).toThrow(PrintedProblem);
  });
});
