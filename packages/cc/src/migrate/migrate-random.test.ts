import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readSources } from '../config.js';
import { parseYaml } from '../parse/yaml.js';
import { migrateConfig } from './migrate-config.js';

/** `HAOS_RUNS=20000` for more than a first look; `HAOS_SEED` repeats a run. */
const RUNS = Number(process.env.HAOS_RUNS ?? 300);
const SEED = process.env.HAOS_SEED === undefined ? {} : { seed: Number(process.env.HAOS_SEED) };

const COMMANDS = [
  'sysctl -w vm.swappiness=0',
  'sysctl -w vm.swappiness=1 net.ipv4.ip_forward=1',
  'echo 1 > /proc/sys/net/ipv4/ip_forward',
  'modprobe br_netfilter',
  'ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime',
  'cat /k3os/system/config.yaml',
  'sudo k3os config --dump',
  'kubectl label node a k3os.io/upgrade=latest',
  'apk add nano',
  'echo k3os',
  'mount /dev/sdb1 /mnt && sysctl -w a.b=1',
  'mkdir -p /srv/a && mount -o ro /dev/sdb1 /srv/a',
  'mount LABEL=a /srv/a',
];
const ARGUMENTS = [
  ['server'],
  ['--no-deploy=traefik'],
  ['--no-deploy', 'traefik'],
  ['--no-flannel'],
  ['--disable-selinux'],
  ['--http-listen-port', '8080'],
  ['--flannel-backend=ipsec'],
  ['--flannel-backend', 'wireguard'],
  ['--node-label', 'k3os.io/upgrade=latest'],
  ['--node-label=k3os.io/mode=local'],
  ['--storage-endpoint=etcd'],
];
const LABELS = [
  'k3os.io/upgrade: latest',
  'plan.upgrade.cattle.io/k3os-latest: "disabled"',
  "k3os.io/mode: 'local'",
  'haos.io/upgrade: latest',
  'region: eu',
];
const FILES = [
  '{path: /etc/conf.d/qemu-guest-agent, content: GA_PATH=/dev/vport2p1}',
  '{path: /var/lib/rancher/k3os/config.yaml, content: "k3os: {}"}',
  'path: /etc/a\n  content: |\n    # /k3os/system\n\n    /run/k3os',
  'path: /etc/rancher/k3s/config.yaml\n  content: |-\n    no-deploy: [traefik]\n    flannel-backend: ipsec',
  'path: /etc/timezone\n  content: Europe/Berlin',
  'path: /var/lib/connman/a.config\n  content: |\n    [service_eth0]\n    Type=ethernet\n    IPv6=off',
];

/** How a list is laid out. */
const layout = fc.record({
  isFlow: fc.boolean(),
  indent: fc.constantFrom('', '  '),
  comment: fc.constantFrom('', ' # why', '   #no blank'),
  above: fc.constantFrom('', '# above\n', '\n'),
});
type Layout = typeof layout extends fc.Arbitrary<infer Shape> ? Shape : never;

/** The lines of a list below a key of a column. */
function listOf(key: string, items: readonly string[], { isFlow, indent, comment, above }: Layout): string {
  if (items.length === 0) return '';
  if (isFlow) return `${key}: [${items.map((item) => JSON.stringify(item)).join(', ')}]${comment}\n`;
  const lines = items.map((item) => `${above}${indent}- ${JSON.stringify(item)}${comment}\n`);
  return `${key}:${comment}\n${lines.join('')}`;
}

function mapOf(key: string, entries: readonly string[], { isFlow, comment, above }: Layout): string {
  if (entries.length === 0) return '';
  if (isFlow) return `${key}: {${entries.join(', ')}}${comment}\n`;
  return `${key}:${comment}\n${entries.map((entry) => `${above}  ${entry}${comment}\n`).join('')}`;
}

function filesOf(items: readonly string[], { above }: Layout): string {
  if (items.length === 0) return '';
  return `write_files:\n${items.map((item) => `${above}- ${item}\n`).join('')}`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

const section = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...LABELS)),
    fc.array(fc.constantFrom(...ARGUMENTS), { maxLength: 5 }),
    fc.subarray(['kernel.printk: "4 4 1 7"', 'vm.swappiness: 0']),
    fc.subarray(['kvm', 'br_netfilter']),
    layout,
    fc.constantFrom('', 'password: rancher\n', 'fallback_mode: install\n'),
  )
  .map(([labels, args, sysctls, modules, style, more]) => {
    const keys = [
      more,
      mapOf('labels', labels, style),
      listOf('k3s_args', args.flat(), style),
      mapOf('sysctl', sysctls, style),
      listOf('modules', modules, style),
    ].join('');
    return keys === '' ? '' : `k3os:\n${indented(keys)}`;
  });

const config = fc
  .tuple(
    section,
    fc.tuple(...['init_cmd', 'boot_cmd', 'run_cmd'].map((key) => commands(key))),
    fc
      .tuple(fc.uniqueArray(fc.constantFrom(...FILES)), layout)
      .map(([files, style]) => filesOf(files, style)),
    fc.constantFrom('', 'hostname: k3os\n', '# end\n'),
  )
  .chain(([own, cmds, files, more]) =>
    fc.tuple(
      fc.shuffledSubarray([own, ...cmds, files, more].filter((part) => part !== '')),
      fc.boolean(),
      fc.boolean(),
    ),
  )
  .map(([parts, hasEnd, isWindows]) => {
    const text = `#cloud-config\n${parts.join('')}`;
    const ended = hasEnd ? text : text.replace(/\n$/, '');
    return isWindows ? ended.replaceAll('\n', '\r\n') : ended;
  });

function commands(key: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fc.constantFrom(...COMMANDS), { maxLength: 3 }), layout)
    .map(([list, style]) => listOf(key, list, style));
}

/** Of lines that are nothing but a comment, and behind values. */
function commentsOf(text: string): string[] {
  return [...text.matchAll(/(?<=^|[ \t])#[^\r\n"]*$/gm)].map(([comment]) => comment.trim()).sort();
}

it(
  'keeps comments, stays what it is the second time, and leaves nothing old that it can replace',
  () => {
    fc.assert(
      fc.property(config, (before) => {
        fc.pre(!parseYaml(before).error);
        const { text, changes, open } = migrateConfig(before);

        expect(parseYaml(text).error).toBeUndefined();
        expect(migrateConfig(text)).toMatchObject({ text, changes: [] });
        expect(commentsOf(text)).toEqual(commentsOf(before).map((each) => each.replace('/k3os', '/haos')));
        expect(text === before).toBe(changes.length === 0);
        const lines = before.split('\n').length;
        for (const { line } of changes) expect(line).toBeLessThanOrEqual(lines);
        for (const { line } of open) expect(line).toBeLessThanOrEqual(text.split('\n').length);
        const old = open.filter(({ message }) => /k3OS/.test(message));
        expect(old.filter(({ message }) => !/password/.test(message))).toEqual([]);
        expect(readSources([{ content: text }]).config.hostname).toBe(
          readSources([{ content: before }]).config.hostname,
        );
      }),
      { numRuns: RUNS, ...SEED },
    );
  },
  RUNS * 200,
);
