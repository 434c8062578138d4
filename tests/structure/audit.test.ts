import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { audit, CHECKS } from '../../packages/audit/src/index.js';
import { rootedHost } from '../../packages/host/src/index.js';
import { ROOT } from './module.js';

/** Audits the files of the image, at the places that they have on a node. */
async function auditImage() {
  const tree = mkdtempSync(join(tmpdir(), 'haos-image-'));
  onTestFinished(() => rmSync(tree, { recursive: true }));
  cpSync(join(ROOT, 'os/overlay/rootfs'), tree, { recursive: true });
  return audit(rootedHost(tree));
}

describe('the files of the image', () => {
  it('pass the audit that is made from the same list', async () => {
    const results = await auditImage();
    // The builder limits modes; os/src/harden-tree.test.ts.
    const failed = results.filter(({ id, status }) => status === 'fail' && !id.startsWith('files.'));

    expect(failed).toEqual([]);
  });

  it('have each kernel setting, each blocked module, and what sshd does not do by default', async () => {
    const passed = (await auditImage()).filter(({ status }) => status === 'pass').map(({ id }) => id);
    const standard = CHECKS.filter(({ level }) => level === 'standard');
    const kinds = ['sysctl', 'modules'];

    expect(passed).toEqual(
      expect.arrayContaining(standard.filter(({ look }) => kinds.includes(look.kind)).map(({ id }) => id)),
    );
    expect(passed).toEqual(
      expect.arrayContaining([
        ...[
          'ssh.permitrootlogin',
          'ssh.passwordauthentication',
          'ssh.kexalgorithms',
          'ssh.ciphers',
          'ssh.macs',
        ],
        ...['ssh.hostkeyalgorithms', 'ssh.loglevel', 'ssh.allowtcpforwarding'],
      ]),
    );
  });
});
