import { describe, expect, it } from 'vitest';
import { cloudEvent } from '../../../../core/domain/serving-log/cloud-event.ts';

const names = { features: ['a'], prediction: 'score' };
const base64 = (body: unknown) => Buffer.from(JSON.stringify(body)).toString('base64');

describe('cloudEvent', () => {
  it('reads a CloudEvent, with its body as JSON, as text or in base64', () => {
    const event = {
      specversion: '1.0',
      id: '7',
      type: 'org.kubeflow.serving.inference.request',
      time: '2026-03-01T10:00:00Z',
    };
    const body = { instances: [[1.5]] };
    for (const with_ of [{ data: body }, { data: JSON.stringify(body) }, { data_base64: base64(body) }]) {
      expect(cloudEvent({ ...event, ...with_ }, names)).toEqual({
        id: '7',
        timeMs: Date.UTC(2026, 2, 1, 10),
        rows: [{ a: 1.5 }],
      });
    }
    const response = { ...event, type: 'io.seldon.serving.inference.response', data: { data: { ndarray: [[0.75]] } } };
    expect(cloudEvent(response, names)).toMatchObject({ id: '7', scores: [0.75] });
  });

  it("reads the records of KServe's storage, in both spellings of their keys", () => {
    const record = { id: '7', reqType: 'org.kubeflow.serving.inference.request', bytes: base64({ instances: [[2]] }) };
    expect(cloudEvent(record, names)).toEqual({ id: '7', timeMs: null, rows: [{ a: 2 }] });
    const capitals = { Id: '7', ReqType: record.reqType, Bytes: record.bytes };
    expect(cloudEvent(capitals, names)).toEqual({ id: '7', timeMs: null, rows: [{ a: 2 }] });
  });

  it('leaves feedback out, and needs no scores where none are asked for', () => {
    expect(cloudEvent({ id: '1', type: 'io.seldon.serving.feedback' }, names)).toBeUndefined();
    const response = { id: '1', type: 'x.response', data: { anything: [] } };
    expect(cloudEvent(response, { ...names, prediction: undefined })).toEqual({ id: '1', timeMs: null, scores: [] });
  });

  it.each([
    [{ type: 'x.request', data: {} }, 'no id'],
    [{ id: '', type: 'x.request', data: {} }, 'no id'],
    [{ id: '1', data: {} }, 'no type'],
    [{ id: '1', type: 'x.request' }, 'no data'],
    [{ id: '1', type: 'x.request', data: '{' }, 'not JSON'],
    [{ id: '1', type: 'x.request', data_base64: '*' }, 'not base64'],
    [{ id: '1', type: 'x.request', data_base64: 'abcde' }, 'not base64'],
    [
      { id: '1', type: 'x.request', bytes: Buffer.from('{"instances":[["é"]]}', 'latin1').toString('base64') },
      'not encoded in UTF-8',
    ],
    [{ id: '1', type: 'x.request', data: {}, time: 'yesterday' }, 'not one of ISO 8601'],
  ])('refuses %j', (record, message) => {
    expect(() => cloudEvent(record, names)).toThrow(message);
  });
});
