'use strict';

// Makes the code caches that haos.cjs uses, for the Node that runs this: one beside each file of dist/, or of the directory
// given. Nothing of the program is executed, V8's hashes are seeded and its garbage collector keeps to one thread, so that
// the same files give the same caches. (--hash-seed would do for the hashes too, but then V8 refuses the caches in a process
// without that option.)
const { spawnSync } = require('node:child_process');
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');
const { wrap } = require('./haos.cjs');

const REPRODUCIBLE = ['--random-seed=1', '--single-threaded-gc'];

/** @param {string} directory */
function buildCaches(directory) {
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.cjs'))) {
    const path = join(directory, name);
    // Every function is compiled, not only those that run at once. The flag is part of what V8 checks, so it is
    // set back before the cache is written.
    setFlagsFromString('--no-lazy');
    // The name goes into the cache, and must not tell where this was built.
    const script = new Script(wrap(readFileSync(path, 'utf8')), { filename: name });
    setFlagsFromString('--lazy');
    writeFileSync(`${path}.cache`, script.createCachedData());
  }
}

if (REPRODUCIBLE.every((option) => process.execArgv.includes(option))) {
  buildCaches(process.argv[2] ?? join(__dirname, 'dist'));
} else {
  const { status } = spawnSync(process.execPath, [...REPRODUCIBLE, __filename, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
