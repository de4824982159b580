import { describe, expect, it } from 'vitest';
import { sageMakerEvent } from '../../../../core/domain/serving-log/sagemaker-event.ts';

const names = { features: ['a', 'b'], prediction: 'score' };

function captured(input: object | undefined, output?: object) {
  return {
    captureData: {
      ...(input === undefined ? {} : { endpointInput: { mode: 'INPUT', ...input } }),
      ...(output === undefined ? {} : { endpointOutput: { mode: 'OUTPUT', ...output } }),
    },
    eventMetadata: { eventId: 'e1', inferenceTime: '2026-03-01T10:00:00Z' },
    eventVersion: '0',
  };
}

const SCORES = { observedContentType: 'text/csv; charset=utf-8', encoding: 'CSV', data: '0.25\n0.75\n' };
const json = (value: unknown) => JSON.stringify(value);

describe('sageMakerEvent', () => {
  it.each([
    ['CSV', { observedContentType: 'text/csv', encoding: 'CSV', data: '1,x\n2.5,\n' }],
    [
      'CSV in base64',
      { observedContentType: 'text/csv', encoding: 'BASE64', data: Buffer.from('1,"x"\r\n2.5,').toString('base64') },
    ],
    [
      'JSON',
      {
        observedContentType: 'application/json',
        encoding: 'JSON',
        data: json({
          instances: [
            [1, 'x'],
            [2.5, null],
          ],
        }),
      },
    ],
    [
      'lines of JSON',
      {
        observedContentType: 'application/jsonlines',
        encoding: 'JSON',
        data: `${json({ a: 1, b: 'x' })}\n${json({ a: 2.5, b: null })}`,
      },
    ],
  ])('reads %s', (_, input) => {
    expect(sageMakerEvent(captured(input, SCORES), names)).toEqual({
      ...{ id: 'e1', timeMs: Date.UTC(2026, 2, 1, 10), scores: [0.25, 0.75] },
      rows: [
        { a: 1, b: 'x' },
        { a: 2.5, b: null },
      ],
    });
  });

  it('reads a capture of requests or of responses alone', () => {
    const input = { observedContentType: 'text/csv', encoding: 'CSV', data: '1,2' };
    expect(sageMakerEvent(captured(input), names)).not.toHaveProperty('scores');
    const responses = sageMakerEvent(captured(undefined, SCORES), names);
    expect(responses).toMatchObject({ id: 'e1', scores: [0.25, 0.75] });
    expect(responses).not.toHaveProperty('rows');
  });

  it.each([
    [{}, 'no captureData'],
    [{ captureData: {}, eventMetadata: {} }, 'no eventMetadata.eventId'],
    [captured(undefined), 'no endpointInput and no endpointOutput'],
    [captured({ observedContentType: 'image/png', encoding: 'BASE64', data: '' }), 'content type is "image/png"'],
    [captured({ observedContentType: 'text/csv', encoding: 'CSV' }), 'without data'],
    [captured({ observedContentType: 'text/csv', encoding: 'CSV', data: '"a,b",2' }), 'within a field'],
    [captured({ observedContentType: 'text/csv', encoding: 'CSV', data: '1,2,3' }), '3 values'],
  ])('refuses %j', (record, message) => {
    expect(() => sageMakerEvent(record, names)).toThrow(message);
  });
});
