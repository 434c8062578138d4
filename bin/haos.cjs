#!/usr/bin/env node
'use strict';

// Loads the program, with V8's code cache if build-cache.cjs created one. The cache halves the
// start-up cost beyond that of Node itself. V8 rejects a cache of another version of itself and
// then compiles the code as usual.
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
    const script = new Script(wrap(readFileSync(path)), {
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

/**
 * Wraps a file as `require` does; build-cache.cjs does the same. A concatenated string would be
 * copied once more, and so much garbage makes V8 collect it at each start.
 * @param {Buffer} source
 */
function wrap(source) {
  const head = Buffer.from('(function(exports,require,module,__filename,__dirname){');
  return Buffer.concat([head, source, Buffer.from('\n})')]).toString();
}

module.exports = { wrap };

/** Returns the program's exports; if nothing was built, says what to do. */
function loadProgram() {
  if (existsSync(join(directory, 'main.cjs.cache'))) return loadCached('main.cjs');
  if (existsSync(join(directory, 'main.cjs'))) return require('./dist/main.cjs');
  console.error('haos: the program is not built\n  Run npm run build.');
  process.exit(1);
}

if (require.main === module) loadProgram().main();
