import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, getObject, type Lease, NAMESPACE, RESOURCES } from '@haos/operator/internal';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { connect } from './connect.js';
import { installOperator } from './fleet.js';

const PROGRAM = new URL('../../bin/haos.cjs', import.meta.url).pathname;
const LIMIT = { timeout: 180_000, interval: 200 };

let server: ApiServer;
let client: ApiClient;
const started: ChildProcess[] = [];
beforeAll(async () => {
  server = await startApiServer();
  client = await connect(server);
  await installOperator(server, client);
}, 300_000);
afterAll(async () => {
  for (const program of started) program.kill('SIGKILL');
  await client?.close();
  await server?.stop();
});

/** Starts `haos operator` as its pod does, and returns it with what it printed. */
async function startOperator(name: string) {
  const port = await freePort();
  return startProgram(['operator', '--port', `${port}`], { POD_NAME: name });
}

function startProgram(args: readonly string[], env: Record<string, string> = {}) {
  const command = [PROGRAM, ...args, '--kubeconfig', server.kubeconfig];
  const program = spawn(process.execPath, command, { env: { ...process.env, ...env } });
  started.push(program);
  const printed = { text: '' };
  for (const stream of [program.stdout, program.stderr])
    stream.on('data', (data) => {
      printed.text += data;
    });
  return { program, printed };
}

async function freePort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  await once(holder.close(), 'close');
  return port;
}

async function holder(): Promise<string | undefined> {
  const lease = { namespace: NAMESPACE, name: 'haos-operator' };
  return (await getObject<Lease>(client, RESOURCES.lease, lease))?.spec?.holderIdentity || undefined;
}

it('the operator ends at SIGTERM with status 0, and gives the Lease back to the next at once', async () => {
  const first = await startOperator('first');
  await expect.poll(holder, LIMIT).toBe('first');
  await expect.poll(() => first.printed.text, LIMIT).toContain('leads');
  const exit = once(first.program, 'exit');

  first.program.kill('SIGTERM');

  expect(await exit).toEqual([0, null]);
  expect(first.printed.text).toMatch(/no longer leads[\s\S]*stopped/);
  expect(await holder()).toBeUndefined();

  const second = await startOperator('second');
  await expect.poll(holder, LIMIT).toBe('second');
  const end = once(second.program, 'exit');
  second.program.kill('SIGTERM');
  expect(await end).toEqual([0, null]);
});

it('the agent ends at SIGTERM with status 0', async () => {
  const root = mkdtempSync(join(tmpdir(), 'haos-agent-'));
  const agent = startProgram(['agent', '--node', 'one', '--root', root]);
  await expect.poll(() => agent.printed.text, LIMIT).toContain('started');
  const exit = once(agent.program, 'exit');

  agent.program.kill('SIGTERM');

  expect(await exit).toEqual([0, null]);
  rmSync(root, { recursive: true });
});
