/** Makes keys for Secure Boot: see docs/secure-boot.md. */
import { resolve } from 'node:path';
import { isHaosError, liveHost } from '@haos/host';
import { makeSecureBootKeys } from '@haos/system/internal';
import { BuildFailure } from './failure.js';
import { runMain } from './run-main.js';

const USAGE = 'usage: npm run os:keys -- DIRECTORY   (which does not exist yet)';

await runMain(async () => {
  const [given, ...more] = process.argv.slice(2);
  if (given === undefined || given.startsWith('-') || more.length > 0)
    throw new BuildFailure(USAGE, given === '--help' ? 0 : 2);
  const directory = resolve(process.env.INIT_CWD ?? '.', given);
  try {
    await makeSecureBootKeys(liveHost(), { directory });
  } catch (error) {
    throw isHaosError(error) ? new BuildFailure(`${error.message}\n${USAGE}`) : error;
  }
  console.log(`${directory} has PK, KEK and db: keep each .key secret; a machine needs the .auth files`);
});
