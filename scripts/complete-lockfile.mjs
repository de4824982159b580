// Adds to package-lock.json the optional platform packages that the registry in use did not have when the lock file was
// written: npm drops them from the file and `npm ci` then refuses it. They carry os and cpu, so that no other platform
// installs them; without an integrity npm takes the registry's.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
let added = 0;
for (const [owner, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const found = [`${owner}/node_modules/${name}`, `node_modules/${name}`].some((key) => key in lock.packages);
    const platform = /(android|darwin|freebsd|linux|win32)-(x64|arm64|arm|ia32|riscv64|ppc64|s390x)/.exec(name);
    if (found || platform === null || !/^\d/.test(range)) continue;
    const [, os, cpu] = platform;
    const libc = name.endsWith('-musl') ? { libc: ['musl'] } : {};
    lock.packages[`node_modules/${name}`] = {
      version: range,
      cpu: [cpu],
      dev: true,
      ...libc,
      optional: true,
      os: [os],
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added`);
