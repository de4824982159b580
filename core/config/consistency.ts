import { nearest } from '../domain/text/nearest.ts';
import type { Problem } from '../errors.ts';
import type { EnvironmentConfig } from './environment-config.ts';
import type { ModelConfig, TidegateConfig } from './tidegate-config.ts';
import type { PlaceOf } from './yaml-place.ts';

/**
 * What a schema of single values cannot say: names that refer to each other.
 *
 * @returns Every problem; empty where the config holds.
 */
export function checkConsistency(config: TidegateConfig, placeOf: PlaceOf): readonly Problem[] {
  const models = Object.entries(config.models);
  return [
    ...models.flatMap(([name, model]) => checkModel(['models', name], model, placeOf)),
    ...checkSharedStores(models, placeOf),
  ];
}

function checkModel(path: readonly string[], model: ModelConfig, placeOf: PlaceOf): readonly Problem[] {
  return [
    ...checkEnvironments([...path, 'environments'], model.environments, placeOf),
    ...checkHistoryLimits(path, model, placeOf),
  ];
}

function checkHistoryLimits(path: readonly string[], model: ModelConfig, placeOf: PlaceOf): readonly Problem[] {
  if (model.drift?.limits !== 'history') return [];
  const missing = [
    ...(model.data.time === undefined ? ['data.time'] : []),
    ...(model.drift.window === undefined ? ['drift.window'] : []),
  ];
  return missing.map((key) => ({
    message: `${path.join('.')}.drift.limits is history, but ${key} is missing: past windows cannot be cut`,
    fix: `Add ${key}, or set limits: none.`,
    place: placeOf([...path, 'drift', 'limits']),
  }));
}

/** Two models never share a store: their versions would overwrite each other's documents. */
function checkSharedStores(models: readonly [string, ModelConfig][], placeOf: PlaceOf): readonly Problem[] {
  const owners = new Map<string, string>();
  return models.flatMap(([name, model]) => {
    const store = model.register?.store.replace(/\/+$/, '');
    const owner = store === undefined ? undefined : owners.get(store);
    if (store !== undefined && owner === undefined) owners.set(store, name);
    if (owner === undefined) return [];
    return [
      {
        message: `models.${name}.register.store is the store of ${owner} too`,
        fix: `Give each model a store of its own, such as ${store}/${name}.`,
        place: placeOf(['models', name, 'register', 'store']),
      },
    ];
  });
}

function checkEnvironments(
  path: readonly string[],
  environments: readonly EnvironmentConfig[],
  placeOf: PlaceOf,
): readonly Problem[] {
  const names = environments.map(({ name }) => name);
  return environments.flatMap((environment, index) => [
    ...(names.indexOf(environment.name) === index
      ? []
      : [
          {
            message: `${path.join('.')}.${index}.name "${environment.name}" is used twice`,
            fix: 'Give each environment a name of its own.',
            place: placeOf([...path, index, 'name']),
          },
        ]),
    ...(environment.after ?? []).flatMap((upstream, at) => {
      const earlier = names.slice(0, index);
      if (earlier.includes(upstream)) return [];
      const near = nearest(upstream, earlier);
      return [
        {
          message: `${path.join('.')}.${index}.after names "${upstream}", which is no environment above it`,
          fix: near === undefined ? 'Name an environment that stands above.' : `Did you mean "${near}"?`,
          place: placeOf([...path, index, 'after', at]),
        },
      ];
    }),
  ]);
}
