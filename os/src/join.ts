/** Joins the container images of several architectures: see docs/building.md. */
import { resolve } from 'node:path';
import { BuildFailure } from './failure.js';
import { joinImages } from './join-images.js';
import { runMain } from './run-main.js';

const USAGE = `usage: npm run os:join -- ARCHIVE ARCHIVE OUTPUT
  Joins haos-oci-amd64.tar and haos-oci-arm64.tar of one version into one archive.`;

await runMain(() => {
  const args = process.argv.slice(2);
  if (args.some((arg) => ['--help', '-h'].includes(arg))) throw new BuildFailure(USAGE, 0);
  // npm run changes the directory and says where it was called.
  const paths = args.map((path) => resolve(process.env.INIT_CWD ?? '.', path));
  const output = paths.pop();
  if (output === undefined || paths.length < 2)
    throw new BuildFailure(`name an archive for each architecture, and the new one\n${USAGE}`, 2);
  joinImages(paths, output);
});
