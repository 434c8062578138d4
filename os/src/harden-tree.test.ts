import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hardenTree } from './harden-tree.js';

it('takes rights from programs that nothing justifies, and permissions that the audit does not want', () => {
  const tree = mkdtempSync(join(tmpdir(), 'haos-harden-'));
  onTestFinished(() => rmSync(tree, { recursive: true }));
  const files: Record<string, [before: number, after: number]> = {
    'usr/bin/sudo': [0o4755, 0o4755],
    'usr/bin/chfn': [0o4755, 0o755],
    'usr/bin/expiry': [0o2755, 0o755],
    'usr/bin/ls': [0o755, 0o755],
    'etc/crontab': [0o644, 0o600],
    'etc/cron.d/logrotate': [0o644, 0o600],
    'etc/sudoers.d/rancher': [0o644, 0o440],
    'etc/shadow': [0o640, 0o640],
  };
  for (const [path, [mode]] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), '');
    chmodSync(join(tree, path), mode);
  }

  hardenTree(tree);

  for (const [path, [, mode]] of Object.entries(files))
    expect([path, statSync(join(tree, path)).mode & 0o7777]).toEqual([path, mode]);
});
