import type { AccountLook, Check } from '../check.js';

type Rule = Pick<Check, 'title' | 'why' | 'severity' | 'hint'>;

function account(rule: AccountLook['rule'], described: Rule): Check {
  return {
    id: `accounts.${rule}`,
    source: 'cis-linux',
    level: 'standard',
    ...described,
    look: { kind: 'account', rule },
  };
}

export const ACCOUNT_CHECKS: readonly Check[] = [
  account('one-root', {
    title: 'Only root has the user id 0, and no two accounts share an id',
    why: 'A second account with it has all rights under another name.',
    severity: 'high',
    hint: 'Remove the line from /etc/passwd, and what writes it.',
  }),
  account('root-locked', {
    title: 'root has no password',
    why: 'A password can be guessed. rancher becomes root by sudo, which logs it.',
    severity: 'medium',
    hint: 'Lock it: passwd --lock root.',
  }),
  account('no-empty-password', {
    title: 'No account has an empty password',
    why: 'A person at a console is logged in without a password.',
    severity: 'high',
    hint: 'Set haos.password, or lock the account: passwd --lock NAME.',
  }),
  account('strong-hashes', {
    title: 'Passwords are stored as yescrypt or SHA-512 hashes',
    why: 'An attacker who reads the file reverses weaker hashes quickly.',
    severity: 'medium',
    hint: 'Set the password again: haos.password in clear text, or a hash of `mkpasswd`.',
  }),
  account('service-shells', {
    title: 'Accounts of services have no shell',
    why: 'No login as a service is needed.',
    severity: 'low',
    hint: 'Give them the shell /usr/sbin/nologin.',
  }),
];
