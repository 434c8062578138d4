import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskArguments, isoArguments, NETWORK, sizeDisk } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { waitForRuntime } from '../vm/status.js';

/** Questions on the serial console, and the answers that the user types. */
const DIALOGUE: readonly (readonly [question: RegExp, answer: string])[] = [
  [/1\. Install to disk\n2\. .*\n.* \[1\]: /, '1'],
  [/Cloud-init file.*: /, ''],
  [/GitHub users.*: /, ''],
  [/Password of .*: /, 'sesame'],
  [/Password of .*again: /, 'sesam'],
  [/the two answers differ\nPassword of .*: /, 'sesame'],
  [/Password of .*again: /, 'sesame'],
  [/1\. Server.*\n2\. Agent.*\n.* \[1\]: /, '1'],
  [/Token.*: /, ''],
  [/disk +\/dev\/vda, 2\.5 GB.*: empty\n[\s\S]*Install to \/dev\/vda \[Y\/n\]: /, 'y'],
];

const ROLE = 'operation: configure\nrole: agent\nserver_url: https://server:6443\ntoken: K10secret';

describe('a user at the serial console of the ISO', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  beforeAll(async () => {
    sizeDisk(disk, 2500);
    machine = await startMachine({
      name: 'install-interactive',
      args: [...diskArguments(disk), ...isoArguments()],
    });
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('sees how to install', () => {
    expect(machine.console()).toContain('sudo haos install');
  });

  it('can make an agent of the running system without installing', async () => {
    const file = '/var/lib/rancher/HAOS/config.d/50-server-or-agent.yaml';
    await machine.read(`printf '%s' '${ROLE}' | haos install --answers -`);

    expect(await machine.read(`stat -c %a ${file}; haos config explain haos.server_url`)).toMatch(
      /^600\n[\s\S]*https:\/\/server:6443/,
    );
    const { output } = await machine.run('cat /proc/[0-9]*/cmdline | tr "\\0" " "');
    expect(output).toContain('supervise-daemon');
    expect(output).not.toContain('K10secret');
    await machine.read('haos config put 50-server-or-agent.yaml --delete');
  });

  it('answers questions, and has a node with these answers', async () => {
    machine.send('stty echo; haos install --power-off');
    for (const [question, answer] of DIALOGUE) {
      await machine.expect(question, 300);
      machine.send(answer);
    }
    await machine.expect(/install: HAOS \S+ is on \/dev\/vda/, 480);
    await machine.ended(600);
    expect(machine.console()).not.toContain('sesam');

    const args = [...diskArguments(disk), ...NETWORK];
    machine = await startMachine({ name: 'install-interactive-disk', memory: 512, args });
    await machine.logIn('sesame');
    expect(await machine.read('stat -c %a /haos/system/config.yaml')).toBe('600');
    expect(await machine.read('cat /haos/system/config.yaml')).toMatch(
      /k3s_args:\n +- server\n +password: \$6\$/,
    );
  });

  it('is not offered to install an installed system', async () => {
    expect(await machine.read('haos --help')).not.toContain('install HAOS on a disk');
    expect(await machine.run('haos install --silent --device /dev/vda')).toMatchObject({ status: 5 });
  });
});
