import { describe, it } from 'vitest';
import { RandomEvents } from './random-events.ts';

describe('random people, adversaries, systems, networks and deaths', { timeout: 600_000 }, () => {
  it.each([
    { seed: 1, steps: 9, replicas: 1, hasHealth: false },
    { seed: 2, steps: 9, replicas: 1, hasHealth: true },
    { seed: 3, steps: 5, replicas: 2, hasHealth: true },
  ])('end in what the model says: seed $seed, $replicas replicas, health $hasHealth', (run) => RandomEvents.run(run));
});
