import { describe, expect, it } from 'vitest';
import { missingNumbers, numbersByAct } from '../../../scripts/demo/storyboard-numbers.ts';

const page = (...acts: readonly string[]) =>
  `<header>6 acts</header>${acts.map((act) => `<section id="a">${act}</section>`).join('\n')}`;

describe('numbersByAct', () => {
  it('has the numbers of an act in their order, whatever the words are', () => {
    const one = page(
      '<h2><span>Act 1</span> Judge</h2><td>AUC</td><td>0.7123 (−0.01 to +0.02)</td> 1,234 rows, 5 %, 1e-9',
    );
    const other = page('<h2>Act 1</h2><p>AUC is 0.7123, from -0.01 to +0.02, on 1,234 rows (5%); 1e-9</p>');
    expect(numbersByAct(one)[0]?.numbers).toEqual(['1', '0.7123', '-0.01', '+0.02', '1,234', '5%', '1e-9']);
    expect(numbersByAct(other)[0]?.numbers).toEqual(numbersByAct(one)[0]?.numbers);
  });

  it('leaves out what differs between two runs of the same code', () => {
    const text =
      '3f2a9bc, sha256:00ab12cd34ef…, 2001-03-04, 2026-11-29 10:11:12Z, 12:30, 3.5 s, 12 ms, 3 MB, 127.0.0.1:4321';
    expect(numbersByAct(page(`<h2>Act</h2>${text} <script>7</script><svg>8</svg>`))[0]?.numbers).toEqual(['256']);
  });
});

describe('missingNumbers', () => {
  it('counts how often a number is there', () => {
    expect(missingNumbers(['1', '2', '2'], ['2', '3'])).toEqual(['1', '2']);
    expect(missingNumbers([], ['2'])).toEqual([]);
  });
});
