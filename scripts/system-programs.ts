import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of the machine that tests use, each with what gets it on Debian. */
const PROGRAMS = {
  chromium: 'apt-get install --yes chromium',
  skopeo: 'apt-get install --yes skopeo',
  'docker-registry': 'apt-get install --yes docker-registry',
  rsync: 'apt-get install --yes rsync',
  prometheus: 'apt-get install --yes prometheus',
  promtool: 'apt-get install --yes prometheus',
  'prometheus-pushgateway': 'apt-get install --yes prometheus-pushgateway',
  go: 'apt-get install --yes golang-go',
} as const;

/** A program that tests use and the machine may lack. */
export type SystemProgram = keyof typeof PROGRAMS;

/** The path of a program, or undefined where the machine has none. */
export function findProgram(name: SystemProgram): string | undefined {
  const names = name === 'chromium' ? ['chromium', 'google-chrome'] : [name];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((directory) => names.map((program) => join(directory, program)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Names each missing program with the command that gets it. With CI=true a missing one is a failure. */
export function reportMissingPrograms(): void {
  const missing = (Object.keys(PROGRAMS) as SystemProgram[]).filter((name) => findProgram(name) === undefined);
  for (const name of missing) console.log(`Missing: ${name}; its tests are skipped. Get it with: ${PROGRAMS[name]}`);
  if (missing.length > 0 && process.env.CI === 'true') {
    throw new Error(`CI needs ${missing.join(', ')}: run .ci/run, which installs them`);
  }
}
