import { describe, expect, it } from 'vitest';
import { secretsOf } from './secrets.js';

describe('secretsOf', () => {
  it('finds secret keys, and environment variables and arguments that are named like one', () => {
    const config = {
      haos: {
        password: 'one',
        token: 'two',
        wifi: [{ name: 'home', passphrase: 'three' }],
        environment: { AWS_SECRET_KEY: 'four', LANG: 'C' },
        k3sArgs: ['server', '--token', 'five', '--agent-token=six', '--token-file', '/a', '--debug'],
      },
    };

    expect(secretsOf(config)).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
  });

  it('finds passwords in URLs, also as they are meant', () => {
    const environment = { http_proxy: 'http://user:p%40ss@proxy:3128', no_proxy: 'localhost' };

    expect(secretsOf({ haos: { environment } })).toEqual(['p%40ss', 'p@ss']);
  });

  it('does not count the name of the user, which stands in the paths that are shown', () => {
    expect(secretsOf({ haos: { password: 'rancher', token: '' } })).toEqual([]);
  });
});
