import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root.ts';

// Draws the pictures of docs/guide/gates.md, with the numbers of its examples: node scripts/draw-verdicts.ts.

/** One verdict: how much better the candidate is, in the unit of the rule. */
interface Picture {
  readonly file: string;
  readonly title: string;
  readonly color: string;
  readonly estimate: number;
  readonly interval: readonly [number, number];
  /** As low as a pass may reach. */
  readonly bound: number;
  readonly boundTitle: string;
  readonly show: (value: number) => string;
}

const signed = (value: number, decimals: number) =>
  `${value < 0 ? '−' : value > 0 ? '+' : ''}${Math.abs(value).toFixed(decimals)}`;

/** The examples of the guide. */
export const PICTURES: readonly Picture[] = [
  {
    file: 'verdict-pass.svg',
    title: 'pass: the whole interval is on the right of the bound',
    color: '#1a7f37',
    estimate: 0.021,
    interval: [0.014, 0.028],
    bound: -0.005,
    boundTitle: 'max-regression: 0.005',
    show: (value) => signed(value, 3),
  },
  {
    file: 'verdict-fail.svg',
    title: 'fail: the whole interval is on its left',
    color: '#cf222e',
    estimate: -2.4,
    interval: [-3.5, -1.3],
    bound: -1,
    boundTitle: 'max-regression: 1%',
    show: (value) => `${signed(value, 1)} %`,
  },
  {
    file: 'verdict-inconclusive.svg',
    title: 'inconclusive: the bound is inside, so these rows do not tell',
    color: '#9a6700',
    estimate: -0.002,
    interval: [-0.013, 0.009],
    bound: -0.005,
    boundTitle: 'max-regression: 0.005',
    show: (value) => signed(value, 3),
  },
];

const WIDTH = 720;
const HEIGHT = 152;
const EDGE = 60;
const AXIS = 110;
const LINE = 70;

/** A picture as SVG, on a ground of its own so that it can be read on a dark page too. */
export function drawVerdict({ title, color, estimate, interval, bound, boundTitle, show }: Picture): string {
  const values = [...interval, estimate, bound, 0];
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const span = (highest - lowest) * 1.3;
  const at = (value: number) => (EDGE + ((value - lowest + span * 0.115) / span) * (WIDTH - 2 * EDGE)).toFixed(1);
  const [from, to] = interval;
  const tick = (value: number, text: string, y: number) =>
    `<text x="${at(value)}" y="${y}" text-anchor="middle">${text}</text>`;
  const upright = (value: number, style: string) =>
    `<line x1="${at(value)}" y1="36" x2="${at(value)}" y2="${AXIS}" ${style}/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" font-family="sans-serif" font-size="13">
<rect width="${WIDTH}" height="${HEIGHT}" rx="6" fill="#ffffff" stroke="#d0d7de"/>
<rect x="1" y="36" width="${(Number(at(bound)) - 1).toFixed(1)}" height="${AXIS - 36}" fill="#cf222e" fill-opacity="0.07"/>
<text x="12" y="22" font-weight="bold" fill="${color}">${title}</text>
<line x1="12" y1="${AXIS}" x2="${WIDTH - 12}" y2="${AXIS}" stroke="#57606a"/>
${upright(bound, 'stroke="#cf222e" stroke-width="2"')}
${upright(0, 'stroke="#57606a" stroke-dasharray="4 4"')}
<line x1="${at(from)}" y1="${LINE}" x2="${at(to)}" y2="${LINE}" stroke="${color}" stroke-width="4" stroke-linecap="round"/>
<circle cx="${at(estimate)}" cy="${LINE}" r="7" fill="${color}"/>
<g fill="#24292f">
${tick(from, show(from), LINE - 14)}
${tick(to, show(to), LINE - 14)}
${tick(estimate, show(estimate), LINE + 25)}
${tick(0, 'no difference', AXIS + 16)}
${tick(bound, `${boundTitle} (${show(bound)})`, AXIS + 32)}
</g>
<text x="${WIDTH - 12}" y="22" text-anchor="end" fill="#57606a">◀ worse · better ▶</text>
</svg>
`;
}

if (import.meta.main) {
  for (const picture of PICTURES) {
    await writeFile(join(PROJECT_ROOT, 'docs', 'images', picture.file), drawVerdict(picture));
  }
}
