import { describe, expect, it } from 'vitest';
import { haos } from '../haos.js';
import { changedPaths, makeDirectory, takeSnapshot, writeTree } from '../tree.js';

interface Report {
  summary: Record<string, number>;
  results: { id: string; status: string; found: string; from?: string }[];
}

function makeNode(files: Readonly<Record<string, string>> = {}): string {
  const root = makeDirectory();
  writeTree(root, {
    '/run/haos/mode': 'disk\n',
    '/etc/sysctl.d/90-own.conf': 'kernel.kptr_restrict = 2\n',
    '/etc/ssh/sshd_config': 'PermitRootLogin no\nX11Forwarding no\n',
    ...files,
  });
  return root;
}

describe('haos audit', () => {
  it('passes on a tree without a wrong setting, and changes nothing', async () => {
    const root = makeNode();
    const before = takeSnapshot(root);

    const { status, stdout } = await haos(['audit', '--root', root, '--only', 'kernel', '--only', 'ssh']);

    expect(stdout).toMatch(/^PASS {2}kernel\.kptr_restrict: .*: 2 \(\/etc\/sysctl\.d\/90-own\.conf:1\)$/m);
    expect(stdout).toMatch(/^SKIP {2}kernel\.dmesg_restrict: .*no file sets it/m);
    expect(stdout).toMatch(/\n3 passed, 0 failed, \d+ skipped\n$/);
    expect(status).toBe(0);
    expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
  });

  it('reports what was found, its place and what to do, and fails', async () => {
    const root = makeNode({ '/etc/ssh/sshd_config': '# own\nPermitRootLogin yes\n' });

    const { status, stdout } = await haos(['audit', '--root', root, '--only', 'ssh']);

    expect(stdout).toMatch(
      /^FAIL {2}ssh\.permitrootlogin: .* \[high\]\n {4}found: +yes\n {4}expected: PermitRootLogin no\n {4}from: +\/etc\/ssh\/sshd_config:2\n {4}Remove /m,
    );
    expect(status).toBe(1);
  });

  it('reports for programs', async () => {
    const root = makeNode({ '/etc/ssh/sshd_config': 'PermitRootLogin yes\n' });
    const call = ['audit', '--root', root, '--only', 'ssh.permitrootlogin', '--format'];

    const { summary, results } = JSON.parse((await haos([...call, 'json'])).stdout) as Report;
    expect(summary).toEqual({ pass: 0, fail: 1, skip: 0 });
    expect(results).toMatchObject([
      { id: 'ssh.permitrootlogin', status: 'fail', found: 'yes', from: '/etc/ssh/sshd_config:1' },
    ]);

    const [run] = JSON.parse((await haos([...call, 'sarif'])).stdout).runs;
    expect(run.tool.driver.rules).toMatchObject([{ id: 'ssh.permitrootlogin' }]);
    expect(run.results).toMatchObject([
      {
        ruleId: 'ssh.permitrootlogin',
        kind: 'fail',
        level: 'error',
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: 'etc/ssh/sshd_config' }, region: { startLine: 1 } },
          },
        ],
      },
    ]);
  });

  it('refuses a check that does not exist', async () => {
    const { status, stderr } = await haos(['audit', '--root', makeNode(), '--only', 'ssh.nothing']);

    expect(status).toBe(2);
    expect(stderr).toMatch(/there is no check "ssh\.nothing"/);
  });
});
