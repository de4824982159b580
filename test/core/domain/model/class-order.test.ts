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
    ['two words for 0 and 1', ['no', 'yes'], ['0', '1'], true],
    ['two words for 1 and 0', ['True', 'False'], ['0', '1'], false],
    ['one word for 1 at its place', [undefined, 'yes'], ['0', '1'], true],
    ['two classes of which nobody says which is 1', ['benign', 'malignant'], ['0', '1'], false],
    ['two classes the other way round', ['1', '0'], ['0', '1'], false],
    ['no known class', null, ['0', '1'], true],
    ['a regression', ['0', '1'], [], true],
  ])('is about %s', (_, model, classes, isRight) => {
    expect(classOrderProblem(model, classes, false) === undefined).toBe(isRight);
  });

  it.each([
    [['benign', 'malignant'], ['0', '1'], true],
    [['benign', 'malignant'], ['1', '0'], true],
    [['no', 'yes'], ['0', '1'], true],
    [['yes', 'no'], ['0', '1'], false],
    [['yes', 'no'], ['1', '0'], true],
    [['no', 'yes'], ['1', '0'], false],
  ])('takes what is declared, unless words contradict it: %j as %j', (model, classes, isRight) => {
    expect(classOrderProblem(model, classes, true) === undefined).toBe(isRight);
  });
});
