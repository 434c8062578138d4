import { liveHost } from '@haos/host';
import { describe, expect, it } from 'vitest';
import { renderK3sEnvironment } from './k3s-environment.js';

const DEFAULTS = ['K3S_KUBECONFIG_GROUP=rancher', 'K3S_KUBECONFIG_MODE=0640'];

describe('renderK3sEnvironment', () => {
  it('contains the server and the token, which override the environment', () => {
    const haos = { serverUrl: 'https://s:6443', token: 'new', environment: { K3S_TOKEN: 'old' } };

    expect(linesOf(haos)).toEqual([...DEFAULTS, 'K3S_TOKEN=new', 'K3S_URL=https://s:6443']);
  });

  it('holds the secrets that must not be arguments, which win as flags do', () => {
    const text = renderK3sEnvironment({ token: 'old' }, 'rancher', new Map([['K3S_TOKEN', 'a b']]));

    expect(text).toContain("K3S_TOKEN='a b'\n");
    expect(text).not.toContain('old');
  });

  it('lets the environment decide who reads the kubeconfig', () => {
    const environment = { K3S_KUBECONFIG_MODE: '0600', K3S_KUBECONFIG_GROUP: 'root' };

    expect(linesOf({ environment })).toEqual(['K3S_KUBECONFIG_GROUP=root', 'K3S_KUBECONFIG_MODE=0600']);
  });

  it('gives each proxy in both spellings', () => {
    const environment = { http_proxy: 'http://a', HTTPS_PROXY: 'http://b', no_proxy: 'x', NO_PROXY: 'y' };

    expect(linesOf({ environment })).toEqual([
      'HTTPS_PROXY=http://b',
      'HTTP_PROXY=http://a',
      ...DEFAULTS,
      'NO_PROXY=y',
      'http_proxy=http://a',
      'https_proxy=http://b',
      'no_proxy=x',
    ]);
  });

  it('passes on every variable but those of the installer', () => {
    const environment = { INSTALL_K3S_EXEC: 'x', AWS_SECRET_ACCESS_KEY: 's', GOGC: '50', CONTAINERD_A: 'b' };

    expect(linesOf({ environment })).toEqual([
      'AWS_SECRET_ACCESS_KEY=s',
      'CONTAINERD_A=b',
      'GOGC=50',
      ...DEFAULTS,
    ]);
  });

  it('reaches k3s even if variables have a meaning in a shell', async () => {
    const environment = {
      IFS: 'x',
      PS4: '$(false)',
      RC_SVCNAME: 'x',
      ENV: '/x',
      OPTIND: 'x',
      PATH: '/nowhere',
    };

    const script = `set -o allexport\n${renderK3sEnvironment({ environment }, 'rancher')}exec /usr/bin/env`;

    const lines = (await liveHost().run('sh', ['-c', script])).stdout.split('\n');
    expect(lines).toEqual(expect.arrayContaining(['ENV=/x', 'IFS=x', 'PS4=$(false)', 'RC_SVCNAME=x']));
    expect(lines).not.toContain('OPTIND=x');
    expect(lines).not.toContain('PATH=/nowhere');
  });

  it('writes values so that a shell reads them back', async () => {
    const token = `it's "$HOME" \`id\` \\ #; *`;

    const script = `set -o allexport\n${renderK3sEnvironment({ token }, 'rancher')}printenv K3S_TOKEN`;

    expect((await liveHost().run('sh', ['-c', script])).stdout).toBe(token);
  });

  it.each([
    [{ token: 'a\nb' }, 'HAOS_CC_ENVIRONMENT_VALUE'],
    [{ serverUrl: 'https://s\n' }, 'HAOS_CC_ENVIRONMENT_VALUE'],
    [{ environment: { K3S_DATASTORE_ENDPOINT: 'a\nb' } }, 'HAOS_CC_ENVIRONMENT_VALUE'],
    [{ environment: { 'K3S_A;reboot': 'x' } }, 'HAOS_CC_ENVIRONMENT_NAME'],
  ])('refuses %j', (haos, code) => {
    expect(() => renderK3sEnvironment(haos, 'rancher')).toThrow(expect.objectContaining({ code }));
  });

  it('leaves out other variables that cannot be written', () => {
    expect(linesOf({ environment: { GOGC: 'a\nb', 'A;reboot': 'x', HTTP_PROXY: 'a\nb' } })).toEqual(DEFAULTS);
  });
});

function linesOf(haos: Parameters<typeof renderK3sEnvironment>[0]): string[] {
  return renderK3sEnvironment(haos, 'rancher').trimEnd().split('\n');
}
