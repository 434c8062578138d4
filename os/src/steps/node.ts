import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Architecture } from '../architecture.js';
import { BuildFailure } from '../failure.js';
import type { Step } from '../step.js';

/** binutils has one program per architecture; each knows only its own files. */
const STRIP: Readonly<Record<Architecture, string>> = {
  amd64: 'x86_64-linux-gnu-strip',
  arm64: 'aarch64-linux-gnu-strip',
};

/**
 * Makes the Node of the image: `node`, and its `LICENSE`. npm's registry has the official build for
 * each platform.
 */
export const node: Step = {
  name: 'node',
  title: 'Node',
  needs: [],
  recipe: fileURLToPath(import.meta.url),
  pins: ['node'],
  settings: ['architecture'],
  async make({ options, versions, out, run }) {
    const { node: pinned } = versions;
    const { package: name, integrity } = pinned[options.architecture];
    const specifier = `${name}@${pinned.version}`;
    // npm reads the registry and the proxy from this machine's own configuration.
    const printed = await run('npm', ['pack', specifier, '--json', '--pack-destination', out], {
      cwd: out,
      env: npmEnvironment(),
    });
    const [{ filename }] = JSON.parse(printed) as [{ filename: string }];
    const archive = join(out, filename);
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrity)
      throw new BuildFailure(`${specifier} does not match the digest that os/versions.json pins`);
    await run('tar', ['-xzf', archive, '-C', out, '--strip-components=2', 'package/bin/node']);
    await run('tar', ['-xzf', archive, '-C', out, '--strip-components=1', 'package/LICENSE']);
    await run(STRIP[options.architecture], ['--strip-unneeded', join(out, 'node')]);
    rmSync(archive);
  },
};

function npmEnvironment(): Record<string, string> {
  const passed = Object.entries(process.env).filter(([name]) =>
    /^(npm_config_|https?_proxy$|no_proxy$|NODE_EXTRA_CA)/i.test(name),
  );
  return Object.fromEntries(passed.map(([name, value]) => [name, value ?? '']));
}
