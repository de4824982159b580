import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpFetch } from '../../../../core/adapters/http/http-fetch.ts';
import { pushMetrics } from '../../../../core/adapters/http/pushgateway.ts';
import { renderDriftMetrics } from '../../../../core/render/drift/drift-metrics.ts';
import { findProgram } from '../../../../scripts/system-programs.ts';
import { driftColumn, driftReport } from '../../../../testkit/drift-report.ts';
import { findFreePorts } from '../../../../testkit/http.ts';
import {
  queryPrometheus,
  type RunningServer,
  startPrometheus,
  startPushgateway,
} from '../../../../testkit/prometheus.ts';

const PUSHGATEWAY = findProgram('prometheus-pushgateway');
const PROMETHEUS = findProgram('prometheus');
const access = (url: string) => ({ url, fetch: createHttpFetch({}), sleep: async () => {} });
const HOSTILE = 'eta/job/other"\n';

describe.skipIf(PUSHGATEWAY === undefined || PROMETHEUS === undefined)(
  'pushMetrics (needs prometheus and prometheus-pushgateway of Debian)',
  () => {
    let directory: string;
    let gateway: RunningServer;
    let prometheus: RunningServer;
    beforeAll(async () => {
      directory = await mkdtemp(path.join(tmpdir(), 'tidegate-push-'));
      gateway = await startPushgateway({ directory: path.join(directory, 'gateway'), binary: PUSHGATEWAY ?? '' });
      const targets = [new URL(gateway.url).host];
      prometheus = await startPrometheus({
        directory: path.join(directory, 'server'),
        binary: PROMETHEUS ?? '',
        targets,
      });
    });
    afterAll(async () => {
      await prometheus?.stop();
      await gateway?.stop();
      await rm(directory, { recursive: true, force: true });
    });
    const push = async (model: string, ...columns: readonly string[]) =>
      pushMetrics(
        model,
        await renderDriftMetrics(
          driftReport(
            columns.map((name) => driftColumn(name)),
            { model },
          ),
        ),
        access(`${gateway.url}/`),
      );

    it('gives Prometheus the values by model, whatever the model is called', async () => {
      await push('flight-delay', 'a "quoted"\\ name');
      await push(HOSTILE, 'b');
      const found = await queryPrometheus(prometheus.url, 'tidegate_drift_effect{model="flight-delay"}');
      expect(found).toEqual([
        {
          labels: expect.objectContaining({ column: 'a "quoted"\\ name', effect: 'ks', job: 'tidegate_drift' }),
          value: '0.25',
        },
      ]);
      const query = 'count by (model) (tidegate_drift_effect{column="b"})';
      expect((await queryPrometheus(prometheus.url, query)).map(({ labels }) => labels.model)).toHaveLength(1);
    });

    it('replaces what a model had, and nothing of another model', async () => {
      await push('one', 'old', 'kept');
      await push('two', 'other');
      await push('one', 'kept');
      const text = await (await fetch(`${gateway.url}/metrics`)).text();
      const columns = [...text.matchAll(/^tidegate_drift_effect\{column="([^"]+)".*model="(?:one|two)"/gm)];
      expect(columns.map(([, name]) => name).sort()).toEqual(['kept', 'other']);
    });

    it('is an error where the gateway refuses the text', async () => {
      const refused = pushMetrics('x', 'no metrics {', access(gateway.url));
      await expect(refused).rejects.toMatchObject({ code: 'METRICS_REFUSED', retryable: false });
    });
  },
);

describe('pushMetrics', () => {
  it('is an error where no one answers', async () => {
    const [port] = await findFreePorts(1);
    await expect(pushMetrics('x', '', access(`http://127.0.0.1:${port}`))).rejects.toMatchObject({
      code: 'METRICS_UNREACHABLE',
    });
  });

  it('sends a login of the address as a header, tries again while the server is busy, and follows no redirect', async () => {
    const seen: (string | undefined)[] = [];
    const statuses = [503, 302];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const pushed = pushMetrics('x', '', access(`http://me:se%3Acret@127.0.0.1:${port}/behind`));
    await expect(pushed).rejects.toMatchObject({
      code: 'METRICS_REFUSED',
      message: expect.not.stringContaining('cret'),
    });
    const basic = `Basic ${Buffer.from('me:se:cret').toString('base64')}`;
    expect(seen).toEqual([basic, basic]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('does not send a password without TLS', async () => {
    await expect(pushMetrics('x', '', access('http://me:pw@push.example'))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.not.stringContaining('pw@'),
    });
  });
});
