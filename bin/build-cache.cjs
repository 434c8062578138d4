'use strict';

// Creates the code caches that haos.cjs uses, for the Node that runs this script: one beside each
// file of dist/, or of the given directory. The program itself is not executed. V8's hashes are
// seeded and its garbage collector uses one thread, so that the same files give the same caches.
// (--hash-seed would also fix the hashes, but V8 then rejects the caches in a process without that
// option.)
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
    // Compile every function, not only those that run at once. V8 checks this flag, so it is reset
    // before the cache is written.
    setFlagsFromString('--no-lazy');
    // The cache contains the name, which must not reveal where it was built.
    const script = new Script(wrap(readFileSync(path)), { filename: name });
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
