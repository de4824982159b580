import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT_ROOT } from './project-root.ts';

/** A benchmark: it prints its own figures next to a peer's, or next to the physical limit, from the same run. */
interface Benchmark {
  /** @param args What is after its name. */
  run(args: readonly string[]): Promise<void>;
}

const folder = join(PROJECT_ROOT, 'scripts', 'bench');
const [name, ...args] = process.argv.slice(2);
const names = globSync('*.ts', { cwd: folder }).map((file) => basename(file, '.ts'));
const path = join(folder, `${name}.ts`);
if (name === undefined || !/^[a-z-]+$/.test(name) || !existsSync(path)) {
  console.error(`There is no benchmark "${name ?? ''}". Benchmarks: ${names.sort().join(', ')}.`);
  process.exit(1);
}
const benchmark: Benchmark = await import(pathToFileURL(path).href);
await benchmark.run(args);
