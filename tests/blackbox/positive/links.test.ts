import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haos } from '../haos.js';
import { makeNode, phaseOptions, reportOf } from '../run-case.js';
import { makeKey } from '../ssh-keys.js';
import { changedPaths, type Tree, takeSnapshot, writeTree } from '../tree.js';

/** A configuration that writes to every place that HAOS writes to. */
const CONFIG = `
hostname: inside
ssh_authorized_keys: ["${makeKey('one')}"]
write_files:
- {path: /etc/demo/file, content: inside}
- {path: /etc/demo/../../../../../../../../outside, content: inside}
haos:
  data_sources: [cdrom]
  dns_nameservers: [8.8.8.8]
  wifi: [{name: home, passphrase: "12345678"}]
  password: secret-password
  environment: {http_proxy: "http://myserver"}
  token: secret-token
`;

/**
 * Links that a hostile image may contain; OUTSIDE is the path of a directory beside the tree, as
 * the machine sees it.
 */
const HOSTILE: readonly (readonly [name: string, tree: (outside: string) => Tree])[] = [
  ['an absolute link in place of /etc', (outside) => ({ '/etc': { link: outside } })],
  ['a relative link out of the tree in place of /etc', () => ({ '/etc': { link: '../../../beside' } })],
  ['a link with many .. in place of /var', () => ({ '/var': { link: `${'../'.repeat(40)}tmp` } })],
  [
    'links in place of directories',
    (outside) => ({
      '/etc/demo': { link: outside },
      '/etc/connman': { link: outside },
      '/etc/rancher': { link: outside },
      '/etc/init.d': { link: outside },
      '/etc/conf.d': { link: outside },
      '/var/lib/connman': { link: outside },
      '/var/lib/rancher': { link: outside },
      '/run/haos': { link: outside },
      '/home': { link: outside },
    }),
  ],
  [
    'links in place of files',
    (outside) => ({
      '/etc/hostname': { link: `${outside}/sentinel` },
      '/etc/hosts': { link: `${outside}/sentinel` },
      '/etc/shadow': { link: `${outside}/sentinel` },
      '/etc/environment': { link: '../../beside/sentinel' },
      '/etc/demo/file': { link: `${outside}/sentinel` },
      '/etc/connman/main.conf': { link: `${outside}/sentinel` },
      '/run/haos/journal/boot.json': { link: `${outside}/sentinel` },
      '/home/rancher/.ssh/authorized_keys': { link: `${outside}/sentinel` },
    }),
  ],
  [
    'link loops',
    () => ({
      '/etc/demo': { link: 'demo' },
      '/etc/connman': { link: '/etc/connman' },
      '/var/lib/connman': { link: '../lib/connman' },
      '/run/haos': { link: '/run/haos/' },
      '/etc/hostname': { link: 'hostname' },
    }),
  ],
  ['a tree that is its own subdirectory', () => ({ '/etc/demo': { link: '/' }, '/var': { link: '.' } })],
  [
    'a configuration that is a link out of the tree',
    (outside) => ({
      '/haos/system/config.yaml': { link: `${outside}/config.yaml` },
      '/var/lib/rancher/HAOS/config.d': { link: outside },
    }),
  ],
];

describe('--root', () => {
  describe.each(HOSTILE)('with %s', (_, hostile) => {
    it.each(['initrd', 'boot', 'runtime'] as const)('touches nothing outside in phase %s', async (phase) => {
      const root = await makeNode({ bare: true });
      const beside = join(root, '../beside');
      writeTree(root, { '/var/lib/rancher/HAOS/config.yaml': CONFIG, '/haos/system/config.yaml': CONFIG });
      writeTree(beside, {
        '/config.yaml': 'hostname: from-outside\n',
        '/passwd': 'rancher:x:1000:1000::/home/rancher:/bin/bash\n',
      });
      writeTree(root, hostile(beside));
      const before = takeSnapshot(join(root, '..'));

      const run = await haos(['config', '--format', 'json', ...phaseOptions(phase), '--root', root]);

      expect([0, 4]).toContain(run.status);
      expect(reportOf(run).steps.length).toBeGreaterThan(0);
      const changed = changedPaths(before, takeSnapshot(join(root, '..')));
      expect(changed.filter((path) => !path.startsWith('/root'))).toEqual([]);
      expect(run.stdout + run.stderr).not.toContain('from-outside');
    });
  });

  it('follows links inside, as if the directory were the root', async () => {
    const root = await makeNode({ bare: true, config: CONFIG });
    writeTree(root, { '/etc/demo': { link: '/srv/demo' }, '/srv/demo': { directory: true } });

    await haos(['config', '--boot', '--root', root]);

    const snapshot = takeSnapshot(root);
    expect(snapshot.get('/srv/demo/file')).toMatch(/^file 0644/);
    expect(snapshot.get('/outside')).toMatch(/^file 0644/);
  });

  it.each(['relative', 'with a link in it', 'with a slash at the end'])('may be %s', async (form) => {
    const root = await makeNode({ bare: true, config: 'hostname: inside\n' });
    const above = join(root, '..');
    writeTree(above, { '/link': { link: 'root' } });
    const given = {
      relative: 'root',
      'with a link in it': `${above}/link`,
      'with a slash at the end': `${root}/`,
    };

    const run = await haos(['config', '--boot', '--root', given[form as keyof typeof given]], { cwd: above });

    expect(run.status).toBe(0);
    expect(takeSnapshot(root).has('/etc/hostname')).toBe(true);
  });
});
