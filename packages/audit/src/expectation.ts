import type { Look, PrivilegesLook } from './check.js';

/** Returns what a look expects, in words for reports and docs/security.md. */
export function expectationOf(look: Look): string {
  switch (look.kind) {
    case 'sysctl':
      return `${look.key} is ${look.accepted.join(' or ')}`;
    case 'mount':
      return look.options.join(', ');
    case 'modules':
      return `blocked and not loaded: ${look.names.join(', ')}`;
    case 'account':
      return 'no account is otherwise';
    case 'sshd':
      return `${look.option} ${optionOf(look)}`;
    case 'mode':
      return `${look.paths.join(', ')}: at most ${look.mode.toString(8)}, of root`;
    case 'list':
      return 'only what is in the list';
    case 'service':
      return `the service ${look.name} is started`;
    case 'privileges':
      return privilegesOf(look);
    case 'text':
      return `${look.accepted.join(' or ')} in ${look.path}`;
    case 'machine':
      return 'on';
    case 'argument':
    case 'setting':
      return argumentOf(look);
  }
}

function optionOf({ accepted, atMost, only }: Extract<Look, { kind: 'sshd' }>): string {
  if (accepted) return accepted.join(' or ');
  return atMost === undefined ? `only ${only?.join(', ')}` : `at most ${atMost}`;
}

function privilegesOf({ user, capabilities, sometimes, noNewPrivileges }: PrivilegesLook): string {
  const cases = Object.entries(sometimes ?? {}).map(([name, when]) => `${name} ${when}`);
  const rights = capabilities.length === 0 ? 'no capability' : `at most ${capabilities.join(', ')}`;
  return [`user ${user}`, [rights, ...cases].join(', and '), noNewPrivileges ? 'cannot gain more' : undefined]
    .filter((part) => part !== undefined)
    .join('; ');
}

function argumentOf({ of, name, ...look }: Extract<Look, { kind: 'argument' | 'setting' }>): string {
  const parts = [
    look.accepted && `is ${look.accepted.join(' or ')}`,
    look.has && `has ${look.has}`,
    look.lacks && `does not have ${look.lacks}`,
    look.unset && 'is not set',
  ].filter((part) => part !== undefined);
  return `${of}: ${name} ${parts.length === 0 ? 'is set' : parts.join(' and ')}`;
}
