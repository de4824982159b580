import { z } from 'zod';
import { DAY_MS } from '../domain/time/day.ts';

const DURATION = /^(\d+)(s|m|h|d|w)$/;
const DURATION_UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS } as const;
const SIZE = /^(\d+(?:\.\d+)?)(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/;
const SIZE_UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const PERCENT = /^(\d+(?:\.\d+)?) ?%$/;

/**
 * Milliseconds of a duration such as `30m`, `24h` or `7d` (units s, m, h, d, w; a whole number; no spaces).
 *
 * @returns The duration in milliseconds, or undefined where the text is none.
 * @example parseDurationMs('24h') // => 86400000
 */
export function parseDurationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const unit = match[2];
  return Number(match[1]) * DURATION_UNIT_MS[unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? unit : 'w'];
}

/**
 * Bytes of a size such as `50MB` (10^6) or `1GiB` (2^30).
 *
 * @returns A whole number of bytes, or undefined where the text is not a size.
 * @example parseSizeBytes('50MB') // => 50000000
 */
export function parseSizeBytes(text: string): number | undefined {
  const match = SIZE.exec(text);
  const unit = match?.[2] === undefined ? undefined : SIZE_UNIT_BYTES[match[2]];
  return unit === undefined ? undefined : Math.round(Number(match?.[1]) * unit);
}

/**
 * Ratio of a percentage such as `1%` or `2.5 %`.
 *
 * @returns A ratio (1 % is 0.01), or undefined where the text is not a percentage.
 * @example parsePercentRatio('1%') // => 0.01
 */
export function parsePercentRatio(text: string): number | undefined {
  const match = PERCENT.exec(text);
  return match === null ? undefined : Number(match[1]) / 100;
}

/** A duration in tidegate.yaml; the value is milliseconds. */
export const durationMs = z
  .string()
  .regex(DURATION, 'is not a duration: write a whole number and a unit (s, m, h, d or w), such as 24h or 7d')
  .transform((text) => parseDurationMs(text) ?? Number.NaN)
  .meta({
    title: 'duration',
    description: 'A duration: a whole number and a unit (s, m, h, d, w)',
    examples: ['24h', '7d'],
  });

/** A bound of a metric: a number, or a size such as 50MB. The value is a number. */
export const bound = z.union(
  [
    z.number(),
    z
      .string()
      .regex(SIZE, 'is neither a number nor a size such as 50MB')
      .transform((text) => parseSizeBytes(text) ?? Number.NaN)
      .meta({ title: 'size' }),
  ],
  { error: 'is neither a number nor a size such as 50MB' },
);

/** Allowed difference between candidate and champion: in the metric's own unit, or relative to the champion's value. */
export interface Margin {
  readonly kind: 'absolute' | 'relative';
  /** >= 0; a ratio where relative (1 % is 0.01). */
  readonly value: number;
}

/** A margin in tidegate.yaml: `0.005` or `1%`. */
export const margin = z.union(
  [
    z
      .number()
      .min(0, 'is negative: a margin is 0 or more')
      .transform((value): Margin => ({ kind: 'absolute', value })),
    z
      .string()
      .regex(PERCENT, 'is neither a number nor a percentage such as 1%')
      .transform((text): Margin => ({ kind: 'relative', value: parsePercentRatio(text) ?? Number.NaN }))
      .meta({ title: 'percentage' }),
  ],
  { error: 'is neither a number of 0 or more nor a percentage such as 1%' },
);
