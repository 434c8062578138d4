import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withBootUrl } from '../vm/efi-variables.js';
import { diskArguments, ISO, sizeDisk } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { waitForRuntime } from '../vm/status.js';

describe('UEFI HTTP boot of the ISO', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;
  let server: Server;

  beforeAll(async () => {
    server = createServer((request, response) => {
      response.writeHead(200, { 'content-length': statSync(ISO).size });
      if (request.method === 'HEAD') response.end();
      else createReadStream(ISO).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const variables = join(directory, 'variables.fd');
    const empty = readFileSync('/usr/share/OVMF/OVMF_VARS_4M.fd');
    writeFileSync(variables, withBootUrl(empty, `http://10.0.2.2:${port}/haos-amd64.iso`));
    sizeDisk(disk, 3000);
    const firmware = [
      ...['-drive', 'if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd'],
      ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
    ];
    // Without QEMU's own iPXE, so that the firmware's network is tested.
    const card = ['-device', 'virtio-net-pci,netdev=network,romfile='];
    const network = ['-netdev', 'user,id=network', ...card];
    const args = ['-machine', 'q35', ...firmware, ...network, ...diskArguments(disk)];
    machine = await startMachine({ name: 'http-boot', memory: 2048, args });
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    await machine.stop();
    server.close();
    rmSync(directory, { recursive: true });
  });

  it('runs live from the RAM disk that the firmware made', async () => {
    expect(await machine.read('cat /run/haos/mode; findmnt -no SOURCE,FSTYPE /.base')).toMatch(
      /^live\n\/dev\/pmem0(p1)? iso9660$/, // the whole medium and its partition have the label
    );
  });

  it('installs from it', async () => {
    await machine.read("printf 'hostname: by-http\\n' >/tmp/config.yaml");
    const install = 'haos install --silent --device /dev/vda --config-url /tmp/config.yaml --tty ttyS0';

    expect(await machine.read(install, 480)).toMatch(/HAOS \S+ is on \/dev\/vda/);
  });
});
