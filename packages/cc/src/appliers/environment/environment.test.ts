import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { commandEnvironment, environment, proxyOf } from './environment.js';

const PATH = '/etc/environment';

describe('environment', () => {
  it('appends new variables in alphabetical order', async () => {
    const host = hostWith();
    const config = {
      haos: { environment: { no_proxy: 'a, b', https_proxy: 'http://p', HTTP_PROXY: 'http://p' } },
    };

    const { first, second } = await runTwice(environment, config, { host });

    expect(first).toMatchObject({ failures: [], notes: [] });
    expect(second.operations).toEqual([]);
    expect(host.files.readText(PATH)).toBe("HTTP_PROXY=http://p\nhttps_proxy=http://p\nno_proxy='a, b'\n");
    expect(host.files.stat(PATH)?.mode).toBe(0o644);
  });

  it('updates variables in place and keeps the lines of others', async () => {
    const before = '# ours\nPATH="/usr/bin:/bin"\n\nexport B=old\nZ=1';
    const host = hostWith({ tree: { [PATH]: { content: before, mode: 0o600 } } });

    const { second } = await runTwice(environment, { haos: { environment: { B: 'new', A: '1' } } }, { host });

    expect(host.files.readText(PATH)).toBe('# ours\nPATH="/usr/bin:/bin"\n\nB=new\nZ=1\nA=1\n');
    expect(host.files.stat(PATH)?.mode).toBe(0o644);
    expect(second.operations).toEqual([]);
  });

  it('does not write variables of k3s', async () => {
    const host = hostWith();
    const variables = { K3S_TOKEN: 'secret', CONTAINERD_LOG: 'debug', INSTALL_K3S_EXEC: 'server' };

    const run = await runApplier(environment, { haos: { environment: variables } }, { host });

    expect(run).toMatchObject({ operations: [], failures: [], notes: [] });
  });

  it.each([
    ['https_proxy', 'http://user:pass@proxy.example'],
    ['AWS_SECRET_ACCESS_KEY', 'sesame'],
    ['MY_PASSWORD', 'sesame'],
    ['DB_CREDENTIALS', 'sesame'],
    ['SSH_PRIVATE_KEY', 'sesame'],
  ])('does not write the credential in %s, and adds a note without it', async (name, value) => {
    const host = hostWith();

    const run = await runApplier(environment, { haos: { environment: { [name]: value, A: '1' } } }, { host });

    expect(host.files.readText(PATH)).toBe('A=1\n');
    expect(run.failures).toEqual([]);
    expect(run.notes).toEqual([expect.stringContaining(name)]);
    expect(run.notes.join()).not.toContain(value);
  });

  it.each([
    ['1A', 'x', 'HAOS_CC_ENVIRONMENT_NAME'],
    ['A-B', 'x', 'HAOS_CC_ENVIRONMENT_NAME'],
    ['', 'x', 'HAOS_CC_ENVIRONMENT_NAME'],
    ['A\nB', 'x', 'HAOS_CC_ENVIRONMENT_NAME'],
    ['X', 'a\nB=c', 'HAOS_CC_ENVIRONMENT_VALUE'],
    ['X', 'a#b', 'HAOS_CC_ENVIRONMENT_VALUE'],
  ])('rejects %j=%j, and writes the others', async (name, value, code) => {
    const host = hostWith();

    const run = await runApplier(environment, { haos: { environment: { [name]: value, Z: '1' } } }, { host });

    expect(run.failures).toEqual([code]);
    expect(host.files.readText(PATH)).toBe('Z=1\n');
  });

  it('leaves the file to write_files when that writes it', async () => {
    const host = hostWith();
    const config = { haos: { environment: { A: '1' } }, writeFiles: [{ path: PATH }] };

    expect((await runApplier(environment, config, { host })).operations).toEqual([]);
  });

  it('plans without writing', async () => {
    const host = hostWith({ kind: 'plan' });
    const before = host.tree();

    const { first, second } = await runTwice(environment, { haos: { environment: { A: '1' } } }, { host });

    expect(first.changes).toMatchObject([{ kind: 'write-file', path: PATH }]);
    expect(second.changes).toEqual([]);
    expect(host.tree()).toEqual(before);
  });
});

describe('proxyOf', () => {
  it('prefers the lower-case spelling and ignores empty values', () => {
    expect(
      proxyOf({
        http_proxy: 'http://a',
        HTTP_PROXY: 'http://b',
        HTTPS_PROXY: 'http://c',
        https_proxy: '',
        no_proxy: '',
      }),
    ).toEqual({ http: 'http://a', https: 'http://c' });
  });

  it('is empty without proxies', () => {
    expect(proxyOf({})).toEqual({});
  });
});

describe('commandEnvironment', () => {
  it('leaves out variables of k3s, and those that no process can have', () => {
    expect(
      commandEnvironment({
        A: 'b\nc',
        https_proxy: 'http://u:p@x',
        K3S_TOKEN: 's',
        INSTALL_K3S_EXEC: 's',
        'A=B': '',
        C: '\0',
      }),
    ).toEqual({ A: 'b\nc', https_proxy: 'http://u:p@x' });
  });
});

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}
