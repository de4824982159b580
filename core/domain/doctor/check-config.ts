import { type Finding, finding, type Item } from './finding.ts';
import type { ConfigFacts, ModelFacts } from './setup-facts.ts';

const READS: Item = { area: 'config', level: 'required', title: 'tidegate.yaml of the default branch can be read' };
const STORES: Item = { area: 'config', level: 'required', title: 'Each model has its own store' };

/** Missing parts of tidegate.yaml. */
export function checkConfig(config: ConfigFacts): readonly Finding[] {
  if (config.kind === 'absent') {
    const fix = { where: 'Write tidegate.yaml at the root of the repository: npm run init writes a first one.' };
    return [finding(READS, { detail: 'there is no tidegate.yaml', fix })];
  }
  if (config.kind === 'broken') {
    const [first = 'it cannot be read', ...more] = config.problems;
    const detail = more.length === 0 ? first : `${first}; and ${more.length} more`;
    return [finding(READS, { detail, fix: { where: 'Correct tidegate.yaml on the default branch.' } })];
  }
  return [finding(READS, undefined), ...checkStores(config.models)];
}

function checkStores(models: readonly ModelFacts[]): readonly Finding[] {
  const byStore = Map.groupBy(
    models.filter(({ store }) => store !== undefined),
    ({ store = '' }) => withoutSlashes(store),
  );
  const shared = [...byStore].find(([, users]) => users.length > 1);
  if (shared === undefined) return [finding(STORES, undefined)];
  const [store, users] = shared;
  const detail = `${users.map(({ name }) => name).join(' and ')} share ${store}`;
  return [finding(STORES, { detail, fix: { where: 'Set register.store of one of them to another place.' } })];
}

function withoutSlashes(store: string): string {
  let end = store.length;
  while (end > 0 && store.charAt(end - 1) === '/') end -= 1;
  return store.slice(0, end);
}
