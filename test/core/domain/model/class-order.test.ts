import { describe, expect, it } from 'vitest';
import { classesFor, classOrderProblem } from '../../../../core/domain/model/class-order.ts';

describe('classesFor', () => {
  it.each([
    ['the model names all labels, in its own order', ['1', '10', '2'], ['1', '2', '10'], ['1', '10', '2']],
    ['the model knows a class that no row has', ['0', '1', '2'], ['0', '1'], ['0', '1', '2']],
    ['a label is none of the model', ['0', '1', '2'], ['1', '2', '3'], undefined],
    ['a class is not known', ['0', undefined, '2'], ['0', '2'], undefined],
    ['nothing is known', null, ['0', '1'], undefined],
  ])('where %s', (_, model, labels, classes) => {
    expect(classesFor(model, labels)).toEqual(classes);
  });
});

describe('classOrderProblem', () => {
  it.each([
    ['the same order', ['1', '10', '2'], ['1', '10', '2'], true],
    ['another order', ['1', '10', '2'], ['1', '2', '10'], false],
    ['one known class at another place', [undefined, 'a', undefined], ['a', 'b', 'c'], false],
    ['one known class at its place', [undefined, 'b', undefined], ['a', 'b', 'c'], true],
    ['classes that are numbered only', ['0', '1', '2'], ['high', 'low', 'mid'], true],
    ['other classes', ['x', 'y', 'z'], ['high', 'low', 'mid'], false],
    ['two classes by their place', ['no', 'yes'], ['0', '1'], true],
    ['two classes the other way round', ['1', '0'], ['0', '1'], false],
    ['no known class', null, ['0', '1'], true],
    ['a regression', ['0', '1'], [], true],
  ])('is about %s', (_, model, classes, isRight) => {
    expect(classOrderProblem(model, classes) === undefined).toBe(isRight);
  });
});
