import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openActionsCache } from '../../../../core/adapters/actions/actions-folder-cache.ts';
import { installPackages } from '../../../../core/adapters/native/native-install.ts';

// One installation as a step runs it, with the Actions cache of its environment. The package comes from a file, and each
// use of it is said: `node install-program.ts <installation as JSON> <tarball>`.

const [, , installation = '', tarball = ''] = process.argv;
const log = (line: string) => console.log(line);
await installPackages(JSON.parse(installation), {
  log,
  cache: openActionsCache({ ...process.env }, log),
  pack: async (_, folder) => {
    log('packed');
    await writeFile(join(folder, 'engine.tgz'), await readFile(tarball));
    return join(folder, 'engine.tgz');
  },
});
