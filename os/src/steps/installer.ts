import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placeFile } from '../overlay.js';
import type { Step } from '../step.js';

/** The fuse in Node's binary, from "Single executable applications" in Node's manual. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Injects a program into Node's binary. */
const POSTJECT = 'node_modules/postject';

/** Makes `install.js`, and `installer`: the same with its own Node, for machines without one. */
export const installer: Step = {
  name: 'installer',
  title: 'install.js',
  needs: ['node', 'userland'],
  recipe: fileURLToPath(import.meta.url),
  files: ['bin/dist/install.js', POSTJECT],
  async make({ source, of, out, run }) {
    placeFile(source('bin/dist/install.js'), join(out, 'install.js'), 0o755);
    // No snapshot and no code cache: a snapshot fails on a processor with other features.
    const config = { main: 'install.js', output: 'blob', disableExperimentalSEAWarning: true };
    writeFileSync(join(out, 'sea.json'), JSON.stringify(config));
    await run(join(of('node'), 'node'), ['--experimental-sea-config', 'sea.json'], {
      cwd: out,
      // Where the emulator of another architecture finds the libraries.
      env: { QEMU_LD_PREFIX: join(of('userland'), 'tree') },
    });
    const program = join(out, 'installer');
    placeFile(join(of('node'), 'node'), program, 0o755);
    const postject = join(source(POSTJECT), 'dist/cli.js');
    const blob = join(out, 'blob');
    await run(process.execPath, [postject, program, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE]);
    for (const name of ['sea.json', 'blob']) rmSync(join(out, name));
  },
};
