import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const SCRIPT = path('overlay/rootfs/usr/lib/haos/boot/networks');
/** What `formatLinks` writes; packages/cc/src/appliers/network/network.test.ts compares it. */
const LIST = readFileSync(path('../tests/fixtures/networks/list'), 'utf8');
const CARD = '52:54:00:ab:cd:ef';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-networks-'));
  mkdirSync(join(root, 'net'));
});
afterEach(() => rmSync(root, { recursive: true }));

function addCard(name: string, address = '52:54:00:00:00:99', files: Record<string, string> = {}) {
  const content = { address, mtu: '1500', 'device/x': '', ...files };
  for (const [file, text] of Object.entries(content)) {
    mkdirSync(join(root, 'net', name, file, '..'), { recursive: true });
    writeFileSync(join(root, 'net', name, file), `${text}\n`);
  }
}

/**
 * Runs the script against a tree like that of the kernel, with an `ip` that makes and changes it.
 */
function run(list: string, { part = 'links', fails = '' } = {}) {
  writeFileSync(join(root, 'list'), list);
  const text = readFileSync(SCRIPT, 'utf8')
    .replace(/^export PATH.*$/m, '')
    .replace(/^LIST=.*$/m, `LIST=${root}/list`)
    .replace(/^PORTS=.*$/m, `PORTS=${root}/ports`)
    .replace(/^NET=.*$/m, `NET=${root}/net`);
  const stubs = `
    logger() { shift 2; echo "log: $*"; }; sleep() { :; }
    ip() {
      case "$1 $2" in 'monitor link') return ;; esac
      echo "ip $*"
      case "$*" in ${fails || "''"}) return 2 ;; esac
      case "$*" in
      'link add link '*) mkdir "$NET/$6" ;;
      'link add '*) mkdir "$NET/$3" ; echo 1500 >"$NET/$3/mtu" ;;
      'link set dev '*' master '*) mkdir "$NET/$4/master" ;;
      esac
    }`;
  const { stdout, stderr, status } = spawnSync('sh', ['-c', `${stubs}\n${text}`, 'networks', part], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const ports = existsSync(join(root, 'ports')) ? readFileSync(join(root, 'ports'), 'utf8') : '';
  return { lines: stdout.split('\n').filter((line) => line !== ''), ports, status };
}

describe('VLANs, bonds and routes', () => {
  it('are made once, in order, by the names that the cards have now', () => {
    addCard('eth1');
    addCard('eth2', '52:54:00:00:00:02');
    addCard('eth7', CARD);

    const first = run(LIST);

    expect(first.lines).toEqual([
      'ip link add bond0 type bond mode 802.3ad miimon 100 xmit_hash_policy layer3+4',
      ...['eth1', 'eth2'].flatMap((port) => [
        `ip link set dev ${port} down`,
        `ip link set dev ${port} master bond0`,
        `ip link set dev ${port} up`,
      ]),
      'ip link set dev bond0 up',
      'ip link add link bond0 name bond0.100 type vlan id 100',
      'ip link set dev eth7 up',
      'ip link add link eth7 name storage type vlan id 200',
      'ip link set dev bond0 mtu 9000',
    ]);
    expect(first.ports).toBe('eth1\neth2\n');
    writeFileSync(join(root, 'net/bond0/mtu'), '9000\n');
    // What a connman that ends has switched off is switched on again.
    expect(run(LIST)).toMatchObject({
      lines: ['ip link set dev eth1 up', 'ip link set dev eth2 up'],
      ports: 'eth1\neth2\n',
    });
  });

  it('get their routes again with every change', () => {
    for (const name of ['bond0', 'bond0.100', 'eth7']) addCard(name, name === 'eth7' ? CARD : undefined);
    writeFileSync(join(root, 'net/bond0/mtu'), '9000\n');
    mkdirSync(join(root, 'net/storage'));

    const { lines } = run(LIST.replace(/^port.*\n/gm, ''), { part: 'watch' });

    expect(lines).toEqual([
      'ip -4 route replace 10.2.0.0/16 via 10.1.0.254 dev eth7',
      'ip -4 route replace default via 192.0.2.1 onlink metric 100 dev eth7',
      'ip -6 route replace fd01::/48 via fe80::1 dev bond0.100',
      'ip -4 route replace 10.9.0.0/16 dev bond0.100',
    ]);
  });

  it('leave a card to connman where its bond could not be made, or it is not in it', () => {
    addCard('eth1');
    const list = 'bond bond0 mode active-backup miimon 100\nport bond0 eth1\n';

    const without = run(list, { fails: "'link add '*" });
    const refused = run(list, { fails: '*master*' });

    expect(without).toMatchObject({ ports: '', status: 0 });
    expect(without.lines).not.toContain('ip link set dev eth1 down');
    expect(refused).toMatchObject({ ports: '', status: 0 });
    expect(refused.lines).toContain('ip link set dev eth1 up');
  });

  it('wait for a card that is not there, and do the rest', () => {
    addCard('eth1');

    const { lines, status } = run('vlan a 1 eth0\nmtu 52:54:00:00:00:01 1400\nvlan b 2 eth1\n');

    expect(lines).toEqual([
      'log: not done yet: vlan a 1 eth0',
      'log: not done yet: mtu 52:54:00:00:00:01 1400',
      'ip link set dev eth1 up',
      'ip link add link eth1 name b type vlan id 2',
    ]);
    expect(status).toBe(0);
  });

  it('find a card by its own address, also in a bond, and never what is not a card', () => {
    mkdirSync(join(root, 'net/eth1.5'));
    writeFileSync(join(root, 'net/eth1.5/address'), `${CARD}\n`);
    addCard('eth1', CARD, { 'bonding_slave/perm_hwaddr': '52:54:00:00:00:01' });
    addCard('eth2', CARD, { 'bonding_slave/perm_hwaddr': CARD });

    expect(run(`mtu ${CARD} 9000\n`).lines).toEqual(['ip link set dev eth2 mtu 9000']);
  });

  it('keep a card of a bond from connman, and no other', () => {
    const service = readFileSync(path('overlay/rootfs/etc/init.d/connman'), 'utf8');
    const argumentsWith = (ports: string | undefined) => {
      if (ports !== undefined) writeFileSync(join(root, 'ports'), ports);
      const code = [
        service.replace('/run/haos/network-ports', join(root, 'ports')),
        // They are about this machine; tests/vm/limited-services.test.ts.
        'limit_rights() { :; }; give_files() { :; }',
        'start_pre && echo "$command_args"',
      ].join('\n');
      return spawnSync('sh', ['-c', code], { encoding: 'utf8' }).stdout.trim();
    };

    expect(argumentsWith(undefined)).toBe('--nodaemon --nodnsproxy');
    expect(argumentsWith('')).toBe('--nodaemon --nodnsproxy');
    expect(argumentsWith('eth1\neth2\n')).toBe('--nodaemon --nodnsproxy --nodevice=eth1,eth2');
  });
});

describe('the service `networks`', () => {
  function start(list: string | undefined) {
    if (list !== undefined) writeFileSync(join(root, 'list'), list);
    const text = readFileSync(path('overlay/rootfs/etc/init.d/networks'), 'utf8')
      .replaceAll('/run/haos/network', join(root, 'list'))
      .replaceAll('/usr/lib/haos/boot/networks links', 'echo links');
    const stubs = 'udevadm() { echo "$*"; }; default_start() { echo watch; }';
    const { stdout, status } = spawnSync('sh', ['-c', `${stubs}\n${text}\nstart`], { encoding: 'utf8' });
    return { lines: stdout.trim().split('\n'), status };
  }

  it('makes the links when the cards are known, and then watches', () => {
    expect(start(LIST)).toEqual({ lines: ['settle --timeout=20', 'links', 'watch'], status: 0 });
  });

  it('does not run where there is nothing to do', () => {
    expect(start(undefined)).toEqual({ lines: [''], status: 0 });
    expect(start('')).toEqual({ lines: [''], status: 0 });
  });

  it('comes before connman', () => {
    expect(readFileSync(path('overlay/rootfs/etc/init.d/networks'), 'utf8')).toMatch(/^\tbefore connman$/m);
  });
});
