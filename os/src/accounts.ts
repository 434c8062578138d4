import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DAY = 86_400;

/**
 * Users of services that would otherwise run as root (packages/audit/src/privileges.ts). Their
 * files persist, so a number stays that of its user. Debian gives out numbers from both ends of
 * 100 to 999.
 */
export const SERVICE_USERS: Readonly<Record<string, number>> = {
  connman: 400,
  wpa: 401,
  syslog: 402,
  klogd: 403,
};

/**
 * Adds `rancher`, uid 1000, with sudo rights, and the users of services. No account has a password.
 * `epoch` sets the day in the password fields.
 */
export function addAccounts(etc: string, epoch: number): void {
  const day = Math.floor(epoch / DAY);
  const services = Object.entries(SERVICE_USERS);
  const lines = (line: (name: string, id: number) => string) =>
    services.map(([name, id]) => `${line(name, id)}\n`).join('');
  edit(etc, 'passwd', (text) => {
    const added = lines((name, id) => `${name}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin`);
    return `${text}${added}rancher:x:1000:1000:HAOS:/home/rancher:/bin/bash\n`;
  });
  edit(etc, 'group', (text) => {
    const before = text.replace(/^(sudo:x:\d+:).*$/m, '$1rancher');
    return `${before}${lines((name, id) => `${name}:x:${id}:`)}rancher:x:1000:\n`;
  });
  edit(etc, 'gshadow', (text) => {
    const before = text.replace(/^(sudo:[*!]::).*$/m, '$1rancher');
    return `${before}${lines((name) => `${name}:!::`)}rancher:!::\n`;
  });
  edit(etc, 'shadow', (text) => {
    const before = text.replace(/^root:[^:]*:/m, 'root:*:');
    return `${before}${lines((name) => `${name}:*:${day}::::::`)}rancher:*:${day}:0:99999:7:::\n`;
  });
}

function edit(etc: string, name: string, change: (text: string) => string): void {
  const path = join(etc, name);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}
