import { expect, it } from 'vitest';
import { readCommandSettings } from './command-settings.js';

const berlin = { key: 'timezone', value: 'Europe/Berlin' };

it.each([
  ['ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime', [berlin]],
  ['rm -f /etc/localtime && ln -s /usr/share/zoneinfo/Europe/Berlin /etc/localtime', [berlin]],
  [
    'cp /usr/share/zoneinfo/Europe/Berlin /etc/localtime; echo "Europe/Berlin" > /etc/timezone',
    [berlin, berlin],
  ],
  ['echo Etc/GMT+1 | sudo tee /etc/timezone', [{ key: 'timezone', value: 'Etc/GMT+1' }]],
  ['setup-timezone -z Europe/Berlin', [berlin]],
  ['sudo loadkeys -q de-latin1', [{ key: 'keyboard', value: 'de-latin1' }]],
  ['timedatectl set-timezone Europe/Berlin', [berlin]],
  ["sysctl -w kernel.printk='4 4 1 7'", [{ key: 'sysctls', name: 'kernel.printk', value: '4 4 1 7' }]],
  [
    'sysctl -q net/ipv4/conf/eth0.1/forwarding=1',
    [{ key: 'sysctls', name: 'net/ipv4/conf/eth0.1/forwarding', value: '1' }],
  ],
  ['echo 1 > /proc/sys/net/ipv4/ip_forward', [{ key: 'sysctls', name: 'net.ipv4.ip_forward', value: '1' }]],
  ['modprobe nvme poll_queues=4', [{ key: 'modules', value: 'nvme poll_queues=4' }]],
  ['modprobe -a kvm nvme', ['kvm', 'nvme'].map((value) => ({ key: 'modules', value }))],
  [
    'mkdir -p /srv/data && mount -t ext4 -o noatime,ro /dev/sdb1 /srv/data',
    [
      {
        key: 'mounts',
        name: '/srv/data',
        value: { device: '/dev/sdb1', path: '/srv/data', type: 'ext4', options: ['noatime', 'ro'] },
      },
    ],
  ],
  [
    'mount LABEL=data /srv/data',
    [{ key: 'mounts', name: '/srv/data', value: { device: 'LABEL=data', path: '/srv/data' } }],
  ],
])('%s is a setting', (command, settings) => {
  expect(readCommandSettings(command)).toEqual(settings);
});

it.each([
  'ln -s /usr/share/zoneinfo/Europe/Berlin /tmp/a',
  'ln -s /etc/localtime',
  'rm -f /etc/localtime',
  'rm -f /etc/localtime; modprobe kvm',
  'echo ../../etc/passwd > /etc/timezone',
  'loadkeys /etc/my.map',
  'loadkeys de fr',
  'loadkeys --clearcompose de',
  'loadkeys dee',
  'echo -e a > /proc/sys/a/b',
  'echo > /proc/sys/a/b',
  'sysctl a.b',
  'sysctl -w',
  'sysctl -w a.b=1 > /tmp/log',
  'sysctl -p /etc/sysctl.conf',
  'sysctl --system',
  'modprobe',
  'modprobe -r kvm',
  'modprobe -a kvm a=b',
  'mkdir -p /srv/data',
  'mkdir -p /srv/other && mount /dev/sdb1 /srv/data',
  'mount /dev/sdb1',
  'mount -a',
  'mount -o remount,rw /dev/sda1 /srv',
  'mount --bind /a /srv/b',
  'mount -o bind /dev/a /srv/b',
  'mount /dev/sdb1 /etc/data',
  'mount /dev/sdb1 /srv/../etc',
  'mount -t nfs a:/b /srv/data',
  'mount -o password=a /dev/sdb1 /srv/data',
  'true',
])('%s is none', (command) => {
  expect(readCommandSettings(command)).toBeUndefined();
});
