import { expect, it } from 'vitest';
import { moduleClosure } from './module-closure.js';

const INDEX = `kernel/net/core/failover.ko.xz:
kernel/drivers/net/net_failover.ko.xz: kernel/net/core/failover.ko.xz
kernel/drivers/net/virtio_net.ko.xz: kernel/drivers/net/net_failover.ko.xz kernel/net/core/failover.ko.xz
kernel/drivers/usb/usb-storage.ko:
`;

it('returns modules with all their dependencies, once', () => {
  expect(moduleClosure(INDEX, ['virtio_net', 'failover'])).toEqual([
    'kernel/drivers/net/net_failover.ko.xz',
    'kernel/drivers/net/virtio_net.ko.xz',
    'kernel/net/core/failover.ko.xz',
  ]);
});

it('treats dashes and underscores as equal, as the kernel does', () => {
  expect(moduleClosure(INDEX, ['usb_storage'])).toEqual(['kernel/drivers/usb/usb-storage.ko']);
});

it('leaves out what the kernel does not have', () => {
  expect(moduleClosure(INDEX, ['e1000'])).toEqual([]);
});
