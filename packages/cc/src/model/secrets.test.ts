import { describe, expect, it } from 'vitest';
import { secretsOf } from './secrets.js';

describe('secretsOf', () => {
  it('finds secret keys, and environment variables and arguments with secret-like names', () => {
    const config = {
      haos: {
        password: 'one',
        token: 'two',
        wifi: [{ name: 'home', passphrase: 'three' }],
        environment: { AWS_SECRET_KEY: 'four', SSH_PRIVATE_KEY: 'key', LANG: 'C' },
        k3sArgs: ['server', '--token', 'five', '--agent-token=six', '--token-file', '/a', '--debug'],
      },
    };

    expect(secretsOf(config)).toEqual(['one', 'two', 'three', 'four', 'key', 'five', 'six']);
  });

  it('finds passwords in URLs, also decoded', () => {
    const environment = { http_proxy: 'http://user:p%40ss@proxy:3128', no_proxy: 'localhost' };

    expect(secretsOf({ haos: { environment } })).toEqual(['p%40ss', 'p@ss']);
  });

  it('finds flags and their values in one argument, as people write them by mistake', () => {
    const k3sArgs = ['server --token=one --debug', '--token two', '--a=b'];

    expect(secretsOf({ haos: { k3sArgs } })).toEqual(['one', 'two']);
  });

  it('finds secrets in INSTALL_K3S_EXEC, whether its quotes are closed or not', () => {
    for (const INSTALL_K3S_EXEC of ["server --token 'o ne' -t=two", "server --agent-token=two 'x"])
      expect(secretsOf({ haos: { environment: { INSTALL_K3S_EXEC } } })).toContain('two');
  });

  it('finds the key of a VPN, also when a comma split its argument', () => {
    for (const k3sArgs of [['--vpn-auth=name=n,joinKey=one'], ['--vpn-auth=name=n', 'joinKey=one']])
      expect(secretsOf({ haos: { k3sArgs } })).toContain('one');
  });

  it('takes no switch for a secret', () => {
    const k3sArgs = ['--secrets-encryption=true', '--kube-apiserver-arg=enable-bootstrap-token-auth=true'];

    expect(secretsOf({ haos: { k3sArgs } })).toEqual([]);
  });

  it('knows the flags of k3s by their aliases, and those that only look secret', () => {
    const k3sArgs = [
      ...['server', '-t', 'one', '--vpn-auth=name=x,joinKey=two', '--datastore-endpoint', 'mysql://u:p@h/d'],
      ...['--etcd-s3-access-key=three', '--secrets-encryption', '--debug', '--etcd-s3-config-secret=four'],
      ...['--new-secret=five'],
    ];

    expect(secretsOf({ haos: { k3sArgs } }).sort()).toEqual(
      ['one', 'name=x,joinKey=two', 'two', 'mysql://u:p@h/d', 'p', 'three', 'five'].sort(),
    );
  });

  it('finds private keys, and the contents of files that only their owner may read', () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nx\n';
    const writeFiles = ['0600', '400', '0o700', '1600', '0640', '0644', ''].map((permissions) => ({
      path: '/a',
      permissions,
      content: `content ${permissions}`,
    }));

    expect(secretsOf({ sshAuthorizedKeys: [key, 'github:a'], writeFiles })).toEqual([
      key,
      ...['content 0600', 'content 400', 'content 0o700', 'content 1600'],
    ]);
  });

  it('does not include the name of the user, which is part of paths in the output', () => {
    expect(secretsOf({ haos: { password: 'rancher', token: '' } })).toEqual([]);
  });
});
