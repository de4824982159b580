import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../core/async/byte-budget.ts';

describe('ByteBudget', () => {
  it('lets in what fits, in the order of asking, and one that is larger than all alone', async () => {
    const budget = new ByteBudget(10);
    const events: string[] = [];
    const gates = new Map<string, () => void>();
    const start = (name: string, bytes: number) =>
      budget.run(bytes, async () => {
        events.push(name);
        await new Promise<void>((resolve) => gates.set(name, resolve));
      });
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    const works = [start('a', 4), start('b', 6), start('huge', 99), start('c', 1)];
    await settled();
    expect(events).toEqual(['a', 'b']);
    gates.get('a')?.();
    await settled();
    expect(events, 'c does not overtake').toEqual(['a', 'b']);
    gates.get('b')?.();
    await settled();
    expect(events).toEqual(['a', 'b', 'huge']);
    gates.get('huge')?.();
    await settled();
    expect(events).toEqual(['a', 'b', 'huge', 'c']);
    gates.get('c')?.();
    await Promise.all(works);
  });

  it('gives back what a work that failed had taken', async () => {
    const budget = new ByteBudget(10);
    await expect(budget.run(10, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await budget.run(10, async () => 'yes')).toBe('yes');
  });
});
