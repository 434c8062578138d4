#!/usr/bin/env node
if (!process.getBuiltinModule) {
  console.error('install.js: Node 20.18.1 or newer is required; haos-install-linux-x64 brings its own');
  process.exit(1);
}
globalThis.require ??= process.getBuiltinModule('node:module').createRequire('/');
