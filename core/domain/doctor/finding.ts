import { CONFIG_FILE } from '../policy/config-file.ts';
import type { Looked } from './looked.ts';

/** Area of a finding; also the order in which areas are shown. */
export const AREAS = {
  config: CONFIG_FILE,
  environments: 'Environments and secrets',
  branch: 'Default branch',
  tags: 'Version tags',
  owners: 'Code owners',
  workflows: 'Workflows',
  actions: 'Settings of Actions',
  app: 'The App',
  health: 'Health',
} as const;

/** A key of `AREAS`. */
export type Area = keyof typeof AREAS;

/** The way to change a setting. */
export interface Fix {
  /** Page of the host, or file, and the setting to choose there. */
  readonly where: string;
  /** For a shell, by someone with admin rights; undefined where no command can do it. */
  readonly command?: string;
}

/** Required value of a setting. */
export interface Item {
  readonly area: Area;
  readonly level: 'required' | 'recommended';
  /** A sentence that is true where the item holds. */
  readonly title: string;
}

/** One item with its answer. */
export type Finding = Item &
  (
    | { readonly state: 'holds'; readonly detail?: string | undefined }
    /** `detail` says what is there instead. */
    | { readonly state: 'missing'; readonly detail: string; readonly fix: Fix }
    /** `needs` says what would have to be given to look. */
    | { readonly state: 'unknown'; readonly needs: string }
  );

/** Problem of an item. */
export interface Lack {
  readonly detail: string;
  readonly fix: Fix;
}

/** The finding of an item that can be looked at; `lack` is undefined where it holds. */
export function finding(item: Item, lack: Lack | undefined, detail?: string): Finding {
  return lack === undefined ? { ...item, state: 'holds', detail } : { ...item, state: 'missing', ...lack };
}

/** The finding of an item by what was looked at: what could not be looked at is unknown. */
export function findingOf<T>(item: Item, looked: Looked<T>, lackOf: (value: T) => Lack | undefined): Finding {
  if (looked.kind === 'unknown') return { ...item, state: 'unknown', needs: looked.needs };
  return finding(item, lackOf(looked.value));
}

/** Items that have to hold and do not. */
export function isRequiredAndMissing({ level, state }: Finding): boolean {
  return level === 'required' && state === 'missing';
}

/** Items that have to hold and could not be looked at. */
export function isRequiredAndUnknown({ level, state }: Finding): boolean {
  return level === 'required' && state === 'unknown';
}
