import { moreAbout, UserError } from '../core/errors.ts';
import { adopt } from './init/adopt-repository.ts';
import { parseInitOptions, USAGE } from './init/init-options.ts';
import { withoutControls } from './terminal/without-controls.ts';

try {
  const options = parseInitOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else
    process.exitCode = await adopt(options, { env: process.env, print: (text) => console.log(withoutControls(text)) });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  for (const { message, fix } of error.problems) console.error(withoutControls(`${message}. ${fix}`));
  console.error(moreAbout(error.code));
  process.exitCode = 1;
}
