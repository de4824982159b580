import { readFile } from 'node:fs/promises';
import { missingNumbers, numbersByAct } from './storyboard-numbers.ts';

// Compares the numbers of two storyboards, act by act, whatever their words are:
// node scripts/demo/compare-storyboards.ts before.html after.html
const [before = '', after = ''] = process.argv.slice(2);
const [old, current] = [numbersByAct(await readFile(before, 'utf8')), numbersByAct(await readFile(after, 'utf8'))];
let differing = Math.abs(old.length - current.length);
if (differing > 0) console.log(`${old.length} acts before, ${current.length} after.`);
for (const [at, { act, numbers }] of old.entries()) {
  const now = current[at]?.numbers ?? [];
  const [gone, come] = [missingNumbers(numbers, now), missingNumbers(now, numbers)];
  differing += gone.length + come.length;
  console.log(`${act}: ${numbers.length} numbers before, ${now.length} after.`);
  if (gone.length > 0) console.log(`  only before: ${gone.join(' ')}`);
  if (come.length > 0) console.log(`  only after: ${come.join(' ')}`);
}
process.exitCode = differing === 0 ? 0 : 1;
