import { describe, expect, it } from 'vitest';
import { AdaptiveLimit } from '../../../../core/adapters/http/adaptive-limit.ts';
import { retryDelayMs } from '../../../../core/adapters/http/retry-policy.ts';

describe('AdaptiveLimit', () => {
  it('lets no more in than it may, and the next as soon as one is done', async () => {
    const limit = new AdaptiveLimit(2);
    expect(limit.acquire()).toBeUndefined();
    expect(limit.acquire()).toBeUndefined();
    const third = limit.acquire();
    expect(third).toBeInstanceOf(Promise);
    limit.release('answered');
    await third;
  });

  it('halves once for all that were in flight when the server asked to slow down', () => {
    const limit = new AdaptiveLimit(16);
    for (let count = 0; count < 16; count += 1) limit.acquire();
    for (let count = 0; count < 16; count += 1) limit.release('slow-down');
    expect(limit.current).toBe(8);
  });

  it('never goes below one, and comes back one by one', () => {
    const limit = new AdaptiveLimit(4);
    for (let count = 0; count < 50; count += 1) {
      limit.acquire();
      limit.release('slow-down');
    }
    expect(limit.current).toBe(1);
    for (let count = 0; count < 20; count += 1) {
      limit.acquire();
      limit.release('answered');
    }
    expect(limit.current).toBe(4);
  });
});

describe('retryDelayMs', () => {
  const at = { retryAfter: undefined, random: 1, nowMs: 0 };
  it('doubles up to ten seconds, half of it at random', () => {
    expect([1, 2, 3, 9].map((attempt) => retryDelayMs(attempt, at))).toEqual([200, 400, 800, 10_000]);
    expect(retryDelayMs(1, { ...at, random: 0 })).toBe(100);
  });

  it('waits at least as long as the server asks, up to a minute', () => {
    expect(retryDelayMs(1, { ...at, retryAfter: '3' })).toBe(3000);
    expect(retryDelayMs(1, { ...at, retryAfter: new Date(5000).toUTCString() })).toBe(5000);
    expect(retryDelayMs(1, { ...at, retryAfter: '86400' })).toBe(60_000);
    expect(retryDelayMs(1, { ...at, retryAfter: 'soon' })).toBe(200);
  });
});
