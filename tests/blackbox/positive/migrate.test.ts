import { chmodSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { haos, ROOT } from '../haos.js';
import { makeDirectory } from '../tree.js';

const FIXTURES = join(ROOT, 'tests/fixtures/migrate');

const OLD = `# a node
run_cmd:
- sysctl -w vm.max_map_count=262144
k3os:
  password: rancher # for now
  k3s_args: [server, --no-deploy=traefik]
  labels:
    k3os.io/upgrade: latest
`;
const NEW = `# a node
haos:
  sysctls:
    vm.max_map_count: "262144"
  password: rancher # for now
  k3s_args: [server, --disable=traefik]
  labels:
    haos.io/upgrade: enabled
`;
const TOLD = `k3os.yaml: 4 changes, 1 open question
  changed, by the lines of the file before:
    3: run_cmd became haos.sysctls[vm.max_map_count]
    4: k3os became haos
    6: --no-deploy became --disable
    8: the label k3os.io/upgrade became haos.io/upgrade: enabled
  open, by the lines of the result:
    5: warning: this is the password of every image of k3OS, which everybody knows
       Choose another, or remove haos.password and log in with a key.
`;

let cwd: string;

beforeEach(() => {
  cwd = makeDirectory();
  writeFileSync(join(cwd, 'k3os.yaml'), OLD);
});

function read(name: string): string {
  return readFileSync(join(cwd, name), 'utf8');
}

describe('haos migrate', () => {
  it('prints the result, tells what changed, and leaves the file alone', async () => {
    expect(await haos(['migrate', 'k3os.yaml'], { cwd })).toEqual({ status: 0, stdout: NEW, stderr: TOLD });
    expect(read('k3os.yaml')).toBe(OLD);
  });

  it('reads standard input', async () => {
    const { status, stdout, stderr } = await haos(['migrate', '-'], { input: 'k3os.mode=install quiet\n' });

    expect({ status, stdout }).toEqual({ status: 0, stdout: 'haos.mode=install quiet\n' });
    expect(stderr).toContain('<stdin>: 1 change, no open questions\n');
  });

  it('takes a file for what --as says', async () => {
    const input = 'append: k3os.mode=install\n';

    expect((await haos(['migrate', '--as', 'cmdline', '-'], { input })).stdout).toBe(
      'append: haos.mode=install\n',
    );
    expect(await haos(['migrate', '--as', 'input', '-'], { input })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('unknown key append'),
    });
  });

  it('replaces files, with the mode that they have, and what links lead to', async () => {
    chmodSync(join(cwd, 'k3os.yaml'), 0o600);
    symlinkSync('k3os.yaml', join(cwd, 'link.yaml'));
    writeFileSync(join(cwd, 'new.yaml'), 'hostname: a\n');

    const { status, stdout, stderr } = await haos(['migrate', '--write', '*.yaml'], { cwd });

    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toContain('new.yaml: no changes, no open questions\n');
    expect(read('k3os.yaml')).toBe(NEW);
    expect(read('new.yaml')).toBe('hostname: a\n');
    expect(lstatSync(join(cwd, 'k3os.yaml')).mode & 0o777).toBe(0o600);
    expect(lstatSync(join(cwd, 'link.yaml')).isSymbolicLink()).toBe(true);
    expect(readdirSync(cwd).sort()).toEqual(['k3os.yaml', 'link.yaml', 'new.yaml']);
    // The second time there is nothing to do.
    expect((await haos(['migrate', 'k3os.yaml'], { cwd })).stderr).toContain('k3os.yaml: no changes');
  });

  it('writes nothing unless it can read everything', async () => {
    const run = await haos(['migrate', '--write', 'k3os.yaml', 'missing.yaml'], { cwd });

    expect(run).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('"missing.yaml"') });
    expect(read('k3os.yaml')).toBe(OLD);
  });

  it('ends with status 3 when the result has errors', async () => {
    const { status, stdout, stderr } = await haos(['migrate', join(FIXTURES, 'agent.k3os.yaml')]);

    expect(status).toBe(3);
    expect(stdout).toMatch(/^haos:$/m);
    expect(stderr).toContain('    1: error: "worker_1" is not a host name\n');
    expect(stderr).toContain('    7: error: "gpu=true:NoWay" is not a taint\n');
  });

  it('prints several results below their names', async () => {
    const { stdout } = await haos(['migrate', 'k3os.yaml', 'k3os.yaml'], { cwd });

    expect(stdout).toBe(`# k3os.yaml\n${NEW}\n# k3os.yaml\n${NEW}`);
  });

  it('answers in JSON, without the text when that is written', async () => {
    const result = {
      file: 'k3os.yaml',
      form: 'yaml',
      isChanged: true,
      changes: expect.arrayContaining([{ line: 4, message: 'k3os became haos' }]),
      open: [
        {
          line: 5,
          column: 13,
          severity: 'warning',
          message: expect.stringContaining('password'),
          hint: expect.stringContaining('Choose another'),
        },
      ],
    };
    const { stdout, stderr } = await haos(['migrate', '--format', 'json', 'k3os.yaml'], { cwd });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ files: [{ ...result, text: NEW }] });

    const written = await haos(['migrate', '--write', '--format', 'json', 'k3os.yaml'], { cwd });
    expect(JSON.parse(written.stdout)).toEqual({ files: [result] });
    expect(read('k3os.yaml')).toBe(NEW);
  });

  it('makes what haos config validate accepts', async () => {
    for (const name of ['server-etcd.k3os.yaml', 'proxmox.k3os.yaml', 'go-haos.yaml', 'json.k3os.yaml']) {
      const { stdout } = await haos(['migrate', join(FIXTURES, name)]);

      expect(await haos(['config', 'validate', '--strict', '-'], { input: stdout }), name).toMatchObject({
        status: 0,
      });
    }
  });
});
