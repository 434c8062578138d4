import { describe, expect, it } from 'vitest';
import { validate } from '../validate.js';
import { findOldTexts, OLD_TEXTS } from './old-texts.js';

/** Each issue as `SEVERITY CODE KEY: MESSAGE; HINT`. */
function issuesOf(content: string): string[] {
  return validate(content).issues.map(
    ({ severity, code, key, message, hint }) => `${severity} ${code} ${key}: ${message}; ${hint}`,
  );
}

const LABEL = 'is a label of k3OS, which nothing here looks at';

describe('what was for k3OS', () => {
  it.each([
    [
      'a label that let a node be upgraded',
      'haos: {labels: {k3os.io/upgrade: latest}}',
      `warning no-effect haos.labels[k3os.io/upgrade]: k3os.io/upgrade ${LABEL}; Write haos.io/upgrade: enabled.`,
    ],
    [
      'the older one, which kept it from that',
      'haos: {labels: {plan.upgrade.cattle.io/k3os-latest: disabled}}',
      `warning no-effect haos.labels[plan.upgrade.cattle.io/k3os-latest]: plan.upgrade.cattle.io/k3os-latest ${LABEL}; ` +
        'Write haos.io/upgrade: disabled.',
    ],
    [
      'a label that the system gives itself',
      'haos: {labels: {k3os.io/mode: local}}',
      `warning no-effect haos.labels[k3os.io/mode]: k3os.io/mode ${LABEL}; ` +
        'Remove it: HAOS itself gives its node haos.io/mode and haos.io/version.',
    ],
    [
      'a value that only the Go HAOS took',
      'haos: {labels: {haos.io/upgrade: latest}}',
      'warning no-effect haos.labels[haos.io/upgrade]: the Plans upgrade no node whose haos.io/upgrade has another value ' +
        'than enabled; Write haos.io/upgrade: enabled.',
    ],
    [
      'a label among the arguments',
      'haos: {k3s_args: [server, --node-label=k3os.io/upgrade=latest]}',
      'warning no-effect haos.k3s_args[1]: a label of k3OS, which nothing of HAOS looks at; ' +
        'Write haos.io/upgrade with the value enabled.',
    ],
    [
      'a path of a file',
      'write_files: [{path: /var/lib/rancher/k3os/config.yaml, content: a}]',
      'warning no-effect write_files[0].path: /var/lib/rancher/k3os is a directory of k3OS; Write /var/lib/rancher/HAOS.',
    ],
    [
      'a path in a command',
      'run_cmd: ["a && cat /k3os/system/config.yaml"]',
      'warning no-effect run_cmd[0]: /k3os is a directory of k3OS; Write /haos.',
    ],
    [
      'a path of the Go HAOS',
      'boot_cmd: [ls /var/lib/1898andCo/HAOS]',
      'warning no-effect boot_cmd[0]: /var/lib/1898andCo/HAOS is a directory of the Go HAOS; Write /var/lib/rancher/HAOS.',
    ],
    [
      'a variable that k3s read',
      'haos: {environment: {K3S_CLUSTER_SECRET: sesame}}',
      'warning no-effect haos.environment[K3S_CLUSTER_SECRET]: k3s does not read K3S_CLUSTER_SECRET any more; ' +
        'Set haos.token instead.',
    ],
    [
      'a kernel argument in a command',
      'run_cmd: ["grep -q k3os.mode=install /proc/cmdline"]',
      'warning no-effect run_cmd[0]: k3os.* are kernel arguments of k3OS; Write haos.*.',
    ],
    [
      'a file that no program reads',
      'write_files: [{path: /etc/netplan/01.yaml, content: a}]',
      'warning no-effect write_files[0].path: no program of HAOS reads this file; ' +
        'Networks are those of connman: write /var/lib/connman/NAME.config.',
    ],
    [
      'a file that each boot overwrites',
      'write_files: [{path: /etc/inittab, content: a}]',
      'warning no-effect write_files[0].path: each boot overwrites this file, so that no configuration ' +
        'prevents a login on a console; Write a service into /etc/init.d instead, and start it with run_cmd.',
    ],
    [
      'a back end of flannel in a file of k3s',
      'write_files: [{path: /etc/rancher/k3s/config.yaml, content: "a: b\\nflannel-backend: ipsec\\n"}]',
      'warning invalid-k3s-args write_files[0].content: k3s does not have the flannel backend ipsec any more; ' +
        'Write flannel-backend: wireguard-native on every server.',
    ],
    [
      'a flag in a file of k3s',
      'write_files: [{path: /etc/rancher/k3s/config.yaml.d/a.yaml, content: "no-deploy: [traefik]"}]',
      'warning invalid-k3s-args write_files[0].content: k3s does not have the flag no-deploy any more; Write disable instead.',
    ],
  ])('is warned of: %s', (_title, content, issue) => {
    expect(issuesOf(content)).toEqual([issue]);
  });

  it.each([
    ['cat /opt/k3os/a'],
    ['cat /k3os-data/a'],
    ['curl https://a.example/k3os/b'],
    ['echo k3os'],
    ['/usr/share/rancher/k3os/scripts/k3os-upgrade-rootfs'],
    ['cat k3os.yaml'],
    ['capk add'],
    ['kubectl label node a k3os.io/other=b'],
  ])('is not %s', (command) => {
    expect(issuesOf(`run_cmd: [${JSON.stringify(command)}]`)).toEqual([]);
  });
});

it.each(OLD_TEXTS.filter(({ now }) => now !== undefined))('$message: what to write now is not old', (old) => {
  expect(findOldTexts((old.now ?? '').replaceAll(/\$\d/g, ''))).toEqual([]);
});
