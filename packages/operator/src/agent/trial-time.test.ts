import { expect, it } from 'vitest';
import type { NodePlan } from '../objects/node-state.js';
import { trialTime } from './trial-time.js';

const planOf = (action: NodePlan['action'], ...operations: NodePlan['operations']): NodePlan => ({
  ...{ wanted: '', hash: '', action, operations },
});

const FILE = { what: 'create file', target: '/etc/notice' };

it.each<[string, NodePlan, string]>([
  ['a file', planOf('None', FILE), '10m'],
  ['a kernel setting', planOf('None', { what: 'update kernel setting', target: 'vm.swappiness' }), '10m'],
  [
    'a setting of the network',
    planOf('None', { what: 'update kernel setting', target: 'net.ipv4.ip_forward' }),
    '2m',
  ],
  ['a kernel module', planOf('None', FILE, { what: 'create kernel module', target: 'bonding' }), '2m'],
  ['a command', planOf('None', FILE, { what: 'run', target: 'nft flush ruleset' }), '2m'],
  ['more operations than it shows', { ...planOf('None', FILE), more: 1 }, '2m'],
  ['a service that restarts', planOf('Reload', { what: 'restart service', target: 'connman' }), '2m'],
  ['k3s', planOf('Restart', { what: 'restart service', target: 'k3s-service' }), '10m'],
  ['a reboot', planOf('Reboot', { what: 'complete at the next boot', target: 'haos.network' }), '30m'],
])('tries %s for as long as a node may be cut off by it', (_, plan, time) => {
  expect(trialTime(plan)).toBe(time);
});
