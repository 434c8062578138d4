import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DAY = 86_400;

/**
 * Adds `rancher`, uid 1000, with sudo rights. No account has a password. `epoch` sets the day in
 * the password fields.
 */
export function addAccounts(etc: string, epoch: number): void {
  const day = Math.floor(epoch / DAY);
  edit(etc, 'passwd', (text) => `${text}rancher:x:1000:1000:HAOS:/home/rancher:/bin/bash\n`);
  edit(etc, 'group', (text) => `${text.replace(/^(sudo:x:\d+:).*$/m, '$1rancher')}rancher:x:1000:\n`);
  edit(etc, 'gshadow', (text) => `${text.replace(/^(sudo:[*!]::).*$/m, '$1rancher')}rancher:!::\n`);
  edit(etc, 'shadow', (text) => `${text.replace(/^root:[^:]*:/m, 'root:*:')}rancher:*:${day}:0:99999:7:::\n`);
}

function edit(etc: string, name: string, change: (text: string) => string): void {
  const path = join(etc, name);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}
