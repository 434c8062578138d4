import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Machine, startMachine } from '../vm/machine.js';
import { ARTIFACTS } from '../vm/paths.js';

describe('iPXE, with the script of the release on a web server', () => {
  let machine: Machine;
  let server: Server;

  beforeAll(async () => {
    server = await serveFiles(ARTIFACTS, {
      '/start.ipxe': '#!ipxe\nset arguments hostname=by-ipxe\nchain haos-amd64.ipxe\n',
    });
    const { port } = server.address() as AddressInfo;
    const network = `user,model=virtio-net-pci,bootfile=http://10.0.2.2:${port}/start.ipxe`;
    machine = await startMachine({ name: 'ipxe', args: ['-nic', network, '-boot', 'n'] });
    // iPXE fetches 180 MB with an emulated processor.
    await machine.logIn();
  });

  afterAll(async () => {
    await machine.stop();
    server.close();
  });

  it('runs live, with the arguments that another script adds', async () => {
    expect(await machine.read('cat /run/haos/mode; hostname')).toBe('live\nby-ipxe');
  });
});

/** Serves the files of a directory, and those of `more` by their paths. */
async function serveFiles(directory: string, more: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const text = more[url];
    if (text !== undefined) return void response.end(text);
    const path = join(directory, url);
    if (!existsSync(path)) return void response.writeHead(404).end();
    // As a web server does. Without the length, iPXE copies what it has for each part of a file.
    response.writeHead(200, { 'content-length': statSync(path).size });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
