import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SERVICE_USERS } from '../../os/src/accounts.js';
import { audit, CHECKS } from '../../packages/audit/src/index.js';
import { LIMITED_SERVICES } from '../../packages/audit/src/internal.js';
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

describe('services with few rights', () => {
  const read = (path: string) => readFileSync(join(ROOT, 'os/overlay/rootfs', path), 'utf8');
  const own = LIMITED_SERVICES.filter(({ user }) => Object.hasOwn(SERVICE_USERS, user));

  it('have each a user of the image', () => {
    expect(own.map(({ user }) => user).sort()).toEqual(Object.keys(SERVICE_USERS).sort());
    expect(new Set(Object.values(SERVICE_USERS)).size).toBe(own.length);
  });

  it.each(own.filter(({ program }) => program !== 'wpa_supplicant'))(
    'have in /etc/init.d/$service what the audit expects',
    ({ service, user, capabilities, sometimes = {} }) => {
      const script = read(`etc/init.d/${service}`);
      const namesIn = (text: string) => (text.match(/\^cap_\w+/g) ?? []).map((name) => name.slice(5)).sort();
      const [always = ''] = /^capabilities=.*$/m.exec(script) ?? [];

      expect(script).toContain(`\n: "\${command_user:=${user}}"\n`);
      expect(script).toContain('\nno_new_privs=yes\n');
      expect(namesIn(always)).toEqual([...capabilities].sort());
      expect(namesIn(script)).toEqual([...capabilities, ...Object.keys(sometimes)].sort());
    },
  );

  it('have in the launcher of wpa_supplicant what the audit expects', () => {
    const script = read('usr/lib/haos/boot/wpa-supplicant');
    const wpa = own.find(({ program }) => program === 'wpa_supplicant');

    expect(script).toContain(`user=\${command_user:-${wpa?.user}}\n`);
    expect(script).toContain('setpriv --no-new-privs ');
    expect(script.match(/\+\w+/g)?.map((name) => name.slice(1))).toEqual([
      ...(wpa?.capabilities ?? []),
      ...Object.keys(wpa?.sometimes ?? {}),
    ]);
  });
});
