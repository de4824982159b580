import { describe, expect, it } from 'vitest';
import { measuredName, takenNames } from '../../../../core/domain/drift/measured-name.ts';
import { TIME_MEASURES } from '../../../../core/domain/drift/time-measures.ts';

describe('takenNames', () => {
  it('are those of measures of the column, in their order', () => {
    const names = ['at', 'at.range', 'at.hours', 'other.hour', measuredName('at', 'hour')];
    expect(takenNames(names, { column: 'at', measures: TIME_MEASURES })).toEqual(['at.range', 'at.hour']);
    expect(takenNames(['at'], { column: 'at', measures: TIME_MEASURES })).toEqual([]);
  });
});
