/** Keeps a folder between runs. It saves time; it never fails a step, and what it gives back is checked. */
export interface FolderCache {
  /** Brings the folder of a key back to the path that it was kept from. */
  restore(folder: string, key: string): Promise<boolean>;
  save(folder: string, key: string): Promise<void>;
}

/**
 * The Actions cache.
 *
 * @returns Undefined where there is none: outside a runner, or on a server without it.
 */
export function openActionsCache(
  env: Readonly<Record<string, string | undefined>>,
  log: (line: string) => void,
): FolderCache | undefined {
  if (!env.ACTIONS_RUNTIME_TOKEN || !env.ACTIONS_RESULTS_URL) return undefined;
  const told = (what: string) => (error: unknown) => {
    log(`The Actions cache cannot be ${what}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  };
  return {
    restore: async (folder, key) => {
      const cache = await import('@actions/cache');
      return (await cache.restoreCache([folder], key).catch(told('read'))) === key;
    },
    save: async (folder, key) => {
      const cache = await import('@actions/cache');
      await cache.saveCache([folder], key).catch(told('written'));
    },
  };
}
