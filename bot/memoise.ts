/**
 * A port whose named reads are made once for the same arguments: what one event looks at is one picture. A write of
 * ours that changes what a read says has to be named, and makes it be read again.
 *
 * @param port Its methods answer with promises; a failed read is not remembered.
 */
export function memoise<T extends object>(
  port: T,
  { reads, writes = [] }: { readonly reads: readonly (keyof T)[]; readonly writes?: readonly (keyof T)[] },
): T {
  const answers = new Map<string, Promise<unknown>>();
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      const call = (...args: unknown[]) => Reflect.apply(method, target, args);
      if (writes.includes(name as keyof T)) {
        return (...args: unknown[]) => {
          answers.clear();
          return call(...args);
        };
      }
      if (!reads.includes(name as keyof T)) return call;
      return (...args: unknown[]) => {
        const key = JSON.stringify([String(name), ...args]);
        const answer = answers.get(key) ?? Promise.resolve(call(...args));
        answers.set(key, answer);
        answer.catch(() => answers.delete(key));
        return answer;
      };
    },
  });
}
