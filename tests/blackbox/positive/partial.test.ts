import { describe, expect, it } from 'vitest';
import { haos } from '../haos.js';
import { makeNode, reportOf, runCase } from '../run-case.js';
import { changedPaths, type Tree, takeSnapshot } from '../tree.js';

const GOOD = 'hostname: works\n';
const LOCAL = '/var/lib/rancher/HAOS';

/** A broken part beside a good one, and its issue code. */
const BROKEN: readonly (readonly [name: string, tree: Tree, code: string])[] = [
  [
    'a system file that is not YAML',
    { '/haos/system/config.yaml': 'hostname: [\n', [`${LOCAL}/config.yaml`]: GOOD },
    'invalid-yaml',
  ],
  [
    'a directory as the system file',
    { '/haos/system/config.yaml': { directory: true }, [`${LOCAL}/config.yaml`]: GOOD },
    'unreadable-source',
  ],
  [
    'a loop of links as the system file',
    { '/haos/system/config.yaml': { link: 'config.yaml' }, [`${LOCAL}/config.yaml`]: GOOD },
    'unreadable-source',
  ],
  [
    'a list as the local file',
    { '/haos/system/config.yaml': GOOD, [`${LOCAL}/config.yaml`]: '- a\n' },
    'not-a-mapping',
  ],
  [
    'bytes that are not text',
    { '/haos/system/config.yaml': GOOD, [`${LOCAL}/config.yaml`]: Buffer.from([0x80, 0xff, 0xfd]) },
    'invalid-encoding',
  ],
  [
    'a file in place of config.d',
    { '/haos/system/config.yaml': GOOD, [`${LOCAL}/config.d`]: 'x' },
    'unreadable-source',
  ],
  [
    'one of two files in config.d',
    {
      '/haos/system/config.yaml': GOOD,
      [`${LOCAL}/config.d/1`]: 'a: b: c\n',
      [`${LOCAL}/config.d/2`]: 'haos: {}\n',
    },
    'invalid-yaml',
  ],
  [
    'a loop of links in config.d',
    { [`${LOCAL}/config.d/1`]: { link: '1' }, [`${LOCAL}/config.d/2`]: GOOD },
    'unreadable-source',
  ],
  [
    'a directory in place of the mode file of early boot',
    { '/haos/system/config.yaml': `${GOOD}haos: {token: [a]}\n`, '/run/haos/mode': { directory: true } },
    'wrong-type',
  ],
  [
    'user data that is MIME',
    { '/haos/system/config.yaml': GOOD, '/run/config/userdata': 'Content-Type: multipart/mixed\n' },
    'unsupported-user-data',
  ],
  [
    'user data that is broken gzip',
    { '/haos/system/config.yaml': GOOD, '/run/config/userdata': Buffer.from([0x1f, 0x8b, 8, 0]) },
    'unsupported-user-data',
  ],
  ['a list in place of a text', { '/haos/system/config.yaml': `${GOOD}haos: {token: [a]}\n` }, 'wrong-type'],
  ['a text in place of a section', { '/haos/system/config.yaml': `${GOOD}haos: text\n` }, 'wrong-type'],
  [
    'an item that is not a file',
    { '/haos/system/config.yaml': `${GOOD}write_files: [text]\n` },
    'wrong-type',
  ],
  [
    'a kernel parameter with an invalid value',
    { '/haos/system/config.yaml': GOOD, '/proc/cmdline': 'haos.labels=x\n' },
    'wrong-type',
  ],
];

describe('one broken part', () => {
  it.each(BROKEN)('%s does not prevent other parts from being applied', async (_, tree, code) => {
    const root = await makeNode({ tree });

    const run = await haos(['config', '--boot', '--format', 'json', '--root', root]);

    expect(run.status).toBe(4);
    const errors = reportOf(run).issues.filter(({ severity }) => severity === 'error');
    expect(errors.map((issue) => issue.code)).toEqual([code]);
    expect(takeSnapshot(root).get('/etc/hostname')).toMatch(/^file/);
  });

  it.each(BROKEN)(
    '%s is an error for --dump, --dump-json and plan, which change nothing',
    async (_, tree, code) => {
      const root = await makeNode({ tree });
      const before = takeSnapshot(root);

      for (const args of [['--dump'], ['--dump-json'], ['plan'], ['plan', '--boot']]) {
        const run = await haos(['config', ...args, '--root', root]);
        expect([run.status, run.stdout], args.join(' ')).toEqual([3, '']);
        expect(run.stderr).toContain(`[${code}]`);
      }
      expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
    },
  );

  it.each(BROKEN)('%s shows in the status', async (_, tree, code) => {
    const root = await makeNode({ tree });
    await haos(['config', '--boot', '--root', root]);

    const run = await haos(['config', 'status', '--root', root]);

    expect(run.status).toBe(4);
    expect(run.stdout).toContain('boot: done, with failures');
    expect(run.stdout).toMatch(/^configuration: 1 error/m);
    expect(run.stdout).toContain('error: ');
    expect(run.stdout).toContain(`[${code}]`);
  });
});

describe('one failing step', () => {
  it('does not prevent other steps', () =>
    runCase({
      name: 'failures',
      phase: 'boot',
      config: `
hostname: "not a name"
write_files:
- {path: relative, content: a}
- {path: /etc/good, content: good}
- {path: /etc/bad-owner, owner: nobody-knows, content: a}
- {path: /etc/bad-mode, permissions: "999", content: a}
- {path: /etc/bad-content, encoding: b64, content: "%"}
- {path: /etc/passwd/below-a-file, content: a}
haos:
  password: "secret-password"
  environment: {good: "1", "bad name": "2"}
  data_sources: [cdrom, mars]
`,
      status: 4,
      changes: {
        '/etc/good': 'good',
        '/etc/shadow': /^rancher:\$6\$/m,
        '/etc/environment': /^good="?1"?$/m,
        '/etc/rancher/k3s/k3s-service.env': /^good=1$/m,
        '/etc/conf.d/cloud-config': /"cdrom"/,
      },
      failures: [
        'HAOS_CC_DATA_SOURCE',
        'HAOS_CC_HOSTNAME',
        'HAOS_CC_FILE_PATH',
        'HAOS_ACCOUNT_UNKNOWN',
        'HAOS_CC_FILE_PERMISSIONS',
        'HAOS_CC_FILE_CONTENT',
        'HAOS_FILE_NOT_DIRECTORY',
        'HAOS_CC_ENVIRONMENT_NAME',
      ],
      // Only the node knows that the account does not exist and that /etc/passwd is a file.
      errors: [
        '4 write_files[0].path [invalid-path]',
        '7 write_files[3].permissions [invalid-permissions]',
        '8 write_files[4].content [invalid-content]',
        '2 hostname [invalid-hostname]',
        '13 haos.data_sources[1] [unsupported-data-source]',
        '12 haos.environment[bad name] [invalid-value]',
      ],
    }));
});
