import { describe, expect, it } from 'vitest';
import { memoise } from '../../bot/memoise.ts';

class Counter {
  #value = 0;
  calls = 0;

  async read(name: string): Promise<string> {
    this.calls += 1;
    if (name === 'broken') throw new Error('broken');
    return `${name} ${this.#value}`;
  }

  async write(value: number): Promise<void> {
    this.#value = value;
  }
}

describe('memoise', () => {
  it('reads once for the same arguments, also at the same time, and again after a write', async () => {
    const counter = new Counter();
    const port = memoise(counter, { reads: ['read'], writes: ['write'] });
    expect(await Promise.all([port.read('a'), port.read('a'), port.read('b')])).toEqual(['a 0', 'a 0', 'b 0']);
    expect(counter.calls).toBe(2);
    await port.write(1);
    expect(await port.read('a')).toBe('a 1');
  });

  it('asks again after a failure', async () => {
    const counter = new Counter();
    const port = memoise(counter, { reads: ['read'] });
    await expect(port.read('broken')).rejects.toThrow();
    await expect(port.read('broken')).rejects.toThrow();
    expect(counter.calls).toBe(2);
  });
});
