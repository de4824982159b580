import { dvcError } from '../data/dvc-problem.ts';
import { isPlainList, isPlainMap, type PlainMap, type PlainValue, plainKey } from '../data/plain-value.ts';
import { formatScalar } from './command-options.ts';
import { resolveTemplate, type TemplateContext } from './stage-template.ts';
import { namedValues } from './stage-variables.ts';

/** A stage as dvc.yaml writes it, by the name that it has in dvc.lock, and what it adds to the values that it may name. */
export interface WrittenStage {
  readonly name: string;
  readonly stage: PlainMap;
  /** `item` and `key` of `foreach` and `matrix`. */
  readonly added: PlainMap;
}

/**
 * The stages that one entry of dvc.yaml represents: itself, or those that `foreach` or `matrix` make of it.
 *
 * @throws {UserError} DVC_INVALID for data to make stages of that is none.
 */
export function expandStage(name: string, raw: PlainMap, context: TemplateContext): readonly WrittenStage[] {
  if (raw.has('matrix')) return expandMatrix(name, raw, context);
  if (raw.has('foreach')) return expandForeach(name, raw, context);
  return [{ name, stage: raw, added: new Map() }];
}

function expandForeach(name: string, raw: PlainMap, context: TemplateContext): readonly WrittenStage[] {
  const stage = raw.get('do');
  const data = resolveTemplate(raw.get('foreach') ?? null, context);
  if (!isPlainMap(stage)) throw invalid(context, `stage "${name}" has foreach without do`);
  const made = (key: string, added: PlainMap) => ({ name: `${name}@${key}`, stage, added: namedValues(added) });
  if (isPlainMap(data)) {
    return [...data].map(([text, item]) => {
      const key = formatScalar(plainKey(data, text));
      return made(
        key,
        new Map<string, PlainValue>([
          ['item', item],
          ['key', key],
        ]),
      );
    });
  }
  if (!isPlainList(data)) throw invalid(context, `foreach of stage "${name}" is neither a list nor a mapping`);
  const isComposite = data.some((item) => isPlainMap(item) || isPlainList(item));
  const keyed = data.map((item, index): [string, PlainValue] => [isComposite ? String(index) : keyOf(item), item]);
  return [...new Map(keyed)].map(([key, item]) => made(key, new Map([['item', item]])));
}

function expandMatrix(name: string, raw: PlainMap, context: TemplateContext): readonly WrittenStage[] {
  const data = resolveTemplate(raw.get('matrix') ?? null, context);
  if (!isPlainMap(data)) throw invalid(context, `matrix of stage "${name}" is not a mapping`);
  const stage = new Map([...raw].filter(([key]) => key !== 'matrix'));
  let rows: readonly { readonly parts: readonly string[]; readonly item: PlainMap }[] = [
    { parts: [], item: new Map() },
  ];
  for (const [axis, values] of data) {
    if (!isPlainList(values)) throw invalid(context, `${axis} in the matrix of stage "${name}" is not a list`);
    const named = values.map((value, index) => ({
      value,
      part: isPlainMap(value) || isPlainList(value) ? `${axis}${index}` : keyOf(value),
    }));
    rows = rows.flatMap(({ parts, item }) =>
      named.map(({ value, part }) => ({ parts: [...parts, part], item: new Map([...item, [axis, value]]) })),
    );
  }
  const keyed = new Map(rows.map(({ parts, item }) => [parts.join('-'), item]));
  return [...keyed].map(([key, item]) => ({
    name: `${name}@${key}`,
    stage,
    added: new Map<string, PlainValue>([
      ['key', key],
      ['item', item],
    ]),
  }));
}

/** As DVC names a stage after a value. */
function keyOf(value: PlainValue): string {
  return isPlainMap(value) || isPlainList(value) ? '' : formatScalar(value);
}

function invalid({ file }: TemplateContext, message: string): Error {
  return dvcError('DVC_INVALID', file, { message, fix: "Correct it; 'dvc stage list --fail' checks it." });
}
