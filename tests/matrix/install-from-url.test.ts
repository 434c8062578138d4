import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskArguments, ISO, NETWORK, netbootArguments, sizeDisk } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: from-url\nhaos: { password: sesame }\n';

/** The host's loopback, as a guest sees it. */
const HOST = 'http://10.0.2.2';

/** Serves the ISO and a configuration; the first connection breaks in the middle. */
function createImageServer(ranges: string[]): Server {
  const size = statSync(ISO).size;
  return createServer((request, response) => {
    if (request.url === '/config.yaml') return void response.end(CONFIG);
    if (request.url !== '/haos.iso') return void response.writeHead(404).end();
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    ranges.push(request.headers.range ?? 'all');
    const headers = { etag: '"iso"', 'accept-ranges': 'bytes', 'content-length': size - start };
    if (start === 0) response.writeHead(200, headers);
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${size - 1}/${size}` });
    const breaksOff = ranges.length === 1;
    const stream = createReadStream(ISO, breaksOff ? { start, end: Math.floor(size / 2) } : { start });
    stream.on('end', () => breaksOff && response.destroy());
    stream.pipe(response, { end: !breaksOff });
  });
}

describe('a node that was installed from kernel and initrd alone, by the URL of an ISO', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  const ranges: string[] = [];
  const server = createImageServer(ranges);
  let machine: Machine;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `${HOST}:${(server.address() as AddressInfo).port}`;
    sizeDisk(disk, 2500);
    const install = {
      silent: true,
      device: '/dev/vda',
      config_url: `${url}/config.yaml`,
      iso_url: `${url}/haos.iso`,
      iso_sha256: createHash('sha256').update(readFileSync(ISO)).digest('hex'),
      power_off: true,
    };
    const words = Object.entries(install).map(([key, value]) => `haos.install.${key}=${value}`);
    const args = netbootArguments(['haos.mode=install', ...words].join(' '));
    machine = await startMachine({
      name: 'install-from-url',
      memory: 2048,
      args: [...diskArguments(disk), ...args],
    });
    await machine.expect(/install: HAOS \S+ is on \/dev\/vda/, 600);
    await machine.ended(600);
  });

  afterAll(async () => {
    await machine.stop();
    server.close();
    rmSync(directory, { recursive: true });
  });

  it('continued the download where it had broken off', () => {
    expect(ranges).toEqual(['all', expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  it('boots from the disk, with the configuration', async () => {
    const args = [...diskArguments(disk), ...NETWORK];
    machine = await startMachine({ name: 'install-from-url-boot', memory: 512, args });
    await machine.logIn('sesame');
    await waitForRuntime(machine);

    expect(await machine.read('hostname')).toBe('from-url');
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
  });
});
