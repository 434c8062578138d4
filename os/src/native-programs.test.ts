import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { installNatively } from './native-programs.js';

/** Returns the shell text of a hook. */
function hook(name: string): string {
  const prefix = `--${name}-hook=`;
  return installNatively()
    .options.find((option) => option.startsWith(prefix))
    ?.slice(prefix.length) as string;
}

/** Runs it as mmdebstrap does. */
function runHook(name: string, root: string): void {
  execFileSync('sh', ['-c', hook(name), 'exec', root]);
}

it.runIf(process.getuid?.() === 0)(
  'runs programs of this machine in the root of another architecture, and leaves nothing there (needs root for chroot)',
  () => {
    const root = mkdtempSync(join(tmpdir(), 'haos-native-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    mkdirSync(join(root, 'usr/lib'), { recursive: true });
    symlinkSync('usr/lib', join(root, 'lib'));
    const before = readdirSync(root, { recursive: true }).sort();

    runHook('extract', root);
    const env = { PATH: installNatively().path };
    // A shell would look for itself in the root.
    const text = execFileSync('/usr/sbin/chroot', [root, 'sed', 's/a/b/'], {
      env,
      input: 'a',
      encoding: 'utf8',
    });
    expect(text).toBe('b');

    runHook('customize', root);
    expect(readdirSync(root, { recursive: true }).sort()).toEqual(before);
  },
);
