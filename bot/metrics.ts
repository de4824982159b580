import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Chosen: an answer takes milliseconds, a first sweep of many repositories minutes. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Metrics of the bot for Prometheus. Each bot has its own registry: two in one process do not share numbers. */
export class BotMetrics {
  readonly registry = new Registry();
  /** Webhooks whose signature held, by event. */
  readonly webhooks = new Counter({
    name: 'tidegate_webhooks_total',
    help: 'Webhooks accepted, by event.',
    labelNames: ['event'],
    registers: [this.registry],
  });
  readonly work = new Histogram({
    name: 'tidegate_work_seconds',
    help: 'Time that events and sweeps took, by trigger and result.',
    labelNames: ['cause', 'outcome'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly requests = new Counter({
    name: 'tidegate_github_requests_total',
    help: "Requests to GitHub's API, by method and status (0: no answer).",
    labelNames: ['method', 'status'],
    registers: [this.registry],
  });
  readonly lastSweep = new Gauge({
    name: 'tidegate_last_sweep_timestamp_seconds',
    help: 'When the last sweep ended; 0: none yet. Alert when it is older than a few intervals.',
    registers: [this.registry],
  });

  /** @param inProgress How many events are being worked on. */
  constructor(inProgress: () => number) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'tidegate_work_in_progress',
      help: 'Events that are being processed or are queued.',
      registers: [this.registry],
      collect() {
        this.set(inProgress());
      },
    });
  }

  /** Times work, whatever comes of it. */
  async time<T>(cause: string, work: () => Promise<T>): Promise<T> {
    const end = this.work.startTimer({ cause });
    try {
      const result = await work();
      end({ outcome: 'done' });
      return result;
    } catch (error) {
      end({ outcome: 'failed' });
      throw error;
    }
  }
}
