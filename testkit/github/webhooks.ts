import { createHmac, randomUUID } from 'node:crypto';
import type { Json } from './state.ts';

/** Address of the App. */
export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
  /** True if an answered delivery is still worked on; only anyone who listens can tell. */
  readonly isBusy?: () => boolean;
}

/** One sending of a delivery. */
export interface DeliveryAttempt {
  /** 0 where there was no answer. */
  readonly status: number;
  readonly body: string;
  readonly redelivery: boolean;
  /** ISO 8601, by this machine's clock. */
  readonly sentAt: string;
}

/** One delivery, and each time it was sent. */
export interface Delivery {
  readonly guid: string;
  readonly event: string;
  readonly action: string | undefined;
  readonly payload: Json;
  readonly attempts: DeliveryAttempt[];
}

const HOOK_ID = 41;
const DELIVERY_TIMEOUT_MS = 60_000;

/** Sends signed webhooks in the order of their events, and keeps what was sent. */
export class Webhooks {
  readonly deliveries: Delivery[] = [];
  /** Handling of events from now on: they are sent, get lost, or wait for `release`. */
  fate: 'send' | 'lose' | 'hold' = 'send';
  readonly #held: Delivery[] = [];
  #target: WebhookTarget | undefined;
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;
  readonly #appId: number | undefined;

  /** @param appId Whose webhook it is; undefined: a repository's own. */
  constructor(appId: number | undefined) {
    this.#appId = appId;
  }

  /** Sets where deliveries go. Events before that are recorded and not sent. */
  setTarget(target: WebhookTarget | undefined): void {
    this.#target = target;
  }

  /** True if a delivery waits for its answer, or is worked on. */
  get isBusy(): boolean {
    return this.#waiting > 0 || this.#target?.isBusy?.() === true;
  }

  /** Queues an event for delivery. */
  send(event: { name: string; action?: string; payload: Json }): void {
    // A payload is what it was when the event happened, whatever changes later.
    const payload: Json = JSON.parse(JSON.stringify(event.payload));
    const delivery = { guid: randomUUID(), event: event.name, action: event.action, payload, attempts: [] };
    this.deliveries.push(delivery);
    if (this.fate === 'hold') this.#held.push(delivery);
    else if (this.fate === 'send' && this.#target !== undefined) void this.#enqueue(delivery, false);
  }

  /** Sends what was held back, in an order of choice, and holds nothing any more. */
  release(order: (held: readonly Delivery[]) => readonly Delivery[] = (held) => held): void {
    this.fate = 'send';
    for (const delivery of order(this.#held.splice(0))) void this.#enqueue(delivery, false);
  }

  /** Sends a delivery again, under the same GUID, as the button in the App's settings does. */
  async redeliver(guid: string): Promise<void> {
    const delivery = this.deliveries.find((one) => one.guid === guid);
    if (delivery === undefined) throw new Error(`no delivery has the GUID ${guid}`);
    await this.#enqueue(delivery, true);
  }

  #enqueue(delivery: Delivery, redelivery: boolean): Promise<void> {
    this.#waiting += 1;
    this.#queue = this.#queue
      .then(() => this.#post(delivery, redelivery))
      .finally(() => {
        this.#waiting -= 1;
      });
    return this.#queue;
  }

  async #post(delivery: Delivery, redelivery: boolean): Promise<void> {
    const target = this.#target;
    if (target === undefined) return;
    const body = JSON.stringify(delivery.payload);
    const signature = (algorithm: string) => createHmac(algorithm, target.secret).update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/testkit',
      'x-github-delivery': delivery.guid,
      'x-github-event': delivery.event,
      'x-github-hook-id': String(HOOK_ID),
      'x-github-hook-installation-target-id': String(this.#appId ?? HOOK_ID),
      'x-github-hook-installation-target-type': this.#appId === undefined ? 'repository' : 'integration',
      'x-hub-signature': `sha1=${signature('sha1')}`,
      'x-hub-signature-256': `sha256=${signature('sha256')}`,
    };
    const sentAt = new Date().toISOString();
    const attempt = await fetch(target.url, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
    }).then(
      async (response) => ({
        status: response.status,
        body: (await response.text()).slice(0, 2000),
        redelivery,
        sentAt,
      }),
      (error: unknown) => ({ status: 0, body: String(error), redelivery, sentAt }),
    );
    delivery.attempts.push(attempt);
  }
}
