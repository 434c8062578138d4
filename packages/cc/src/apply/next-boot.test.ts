import { expect, it } from 'vitest';
import type { CloudConfig } from '../generated/types.js';
import { keysForNextBoot } from './next-boot.js';

const FILE = { path: '/etc/a', content: 'a' };
const VLAN = { interface: 'eth0.7', vlan: '7', parent: 'eth0' };

it.each<[title: string, before: CloudConfig, after: CloudConfig, keys: string[]]>([
  ['nothing changes', { writeFiles: [FILE] }, { writeFiles: [FILE] }, []],
  ['something is added', {}, { writeFiles: [FILE], haos: { sysctls: { a: '1' }, network: [VLAN] } }, []],
  ['a value changes', { haos: { sysctls: { a: '1' } } }, { haos: { sysctls: { a: '2' } } }, []],
  ['a file leaves', { writeFiles: [FILE] }, {}, ['write_files']],
  [
    'a kernel setting leaves',
    { haos: { sysctls: { a: '1', b: '1' } } },
    { haos: { sysctls: { a: '1' } } },
    ['haos.sysctls'],
  ],
  ['an address changes', { haos: { network: [{ interface: 'eth0', addresses: ['10.0.0.1/8'] }] } }, {}, []],
  ['a VLAN leaves', { haos: { network: [VLAN] } }, {}, ['haos.network']],
  [
    'a route changes',
    { haos: { network: [{ interface: 'eth0', routes: ['10.0.0.0/8 via 10.1.0.1'] }] } },
    { haos: { network: [{ interface: 'eth0', routes: ['10.0.0.0/8 via 10.1.0.2'] }] } },
    ['haos.network'],
  ],
  ['a disk leaves', { haos: { mounts: [{ device: 'LABEL=a', path: '/srv/a' }] } }, {}, ['haos.mounts']],
  ['a command of the boot is added', {}, { bootCmd: ['a'] }, ['boot_cmd']],
  ['a command at runtime leaves', { runCmd: ['a'] }, {}, []],
])('%s: %j', (_, before, after, keys) => {
  expect(keysForNextBoot(before, after)).toEqual(keys);
});
