import { describe, expect, it } from 'vitest';
import { isSameSysctl, sysctlPath } from './sysctl.js';

describe('the path of a kernel setting', () => {
  it.each([
    ['kernel.printk', 'kernel/printk'],
    ['kernel/printk', 'kernel/printk'],
    ['net.ipv4.conf.enp3s0/200.forwarding', 'net/ipv4/conf/enp3s0.200/forwarding'],
    ['net/ipv4/conf/enp3s0.200/forwarding', 'net/ipv4/conf/enp3s0.200/forwarding'],
    ['plain', 'plain'],
  ])('of %s is %s', (key, path) => {
    expect(sysctlPath(key)).toBe(path);
  });

  it.each([
    '',
    '.',
    '/',
    '/etc/passwd',
    'net/../../etc/passwd',
    'net.//.etc',
    '..',
    'a..b',
    '../x',
    'kernel.',
    'net/ipv4/',
    'a\0b',
    'a/./b',
  ])('rejects %j', (key) => {
    expect(() => sysctlPath(key)).toThrowError(expect.objectContaining({ code: 'HAOS_KERNEL_SYSCTL' }));
  });
});

describe('two values', () => {
  it('are equal if only white space differs', () => {
    expect(isSameSysctl('4\t4\t1\t7', ' 4 4  1 7\n')).toBe(true);
    expect(isSameSysctl('4\t4\t1\t7', '4 4 17')).toBe(false);
    expect(isSameSysctl(undefined, '1')).toBe(false);
  });
});
