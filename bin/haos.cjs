#!/usr/bin/env node
'use strict';

// Loads the program: plainly, or with V8's code cache where build-cache.cjs made one, which halves what starting costs
// beyond Node itself. V8 refuses a cache of another version of itself; then the code is compiled as usual.
const { existsSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const directory = join(__dirname, 'dist');

/** @param {string} file @returns {any} the exports of a file of the program */
function loadCached(file) {
  const { Script } = require('node:vm');
  const loaded = new Map();
  const load = (/** @type {string} */ name) => {
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const path = join(directory, name);
    const script = new Script(wrap(readFileSync(path, 'utf8')), {
      filename: path,
      cachedData: readCache(`${path}.cache`),
    });
    const requireHere = (/** @type {string} */ id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));
    script.runInThisContext()(module.exports, requireHere, module, path, dirname(path));
    return module.exports;
  };
  return load(file);
}

/** @param {string} path @returns {Buffer | undefined} */
function readCache(path) {
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** @param {string} source what `require` makes of a file; build-cache.cjs does the same */
function wrap(source) {
  return `(function(exports,require,module,__filename,__dirname){${source}\n})`;
}

module.exports = { wrap };

/** The program's exports; it tells what to do where nothing was built. */
function loadProgram() {
  if (existsSync(join(directory, 'main.cjs.cache'))) return loadCached('main.cjs');
  if (existsSync(join(directory, 'main.cjs'))) return require('./dist/main.cjs');
  console.error('haos: the program is not built\n  run npm run build');
  process.exit(1);
}

if (require.main === module) loadProgram().main();
