import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMetadataServer } from '@haos/cc/testing';
import { median } from './measure.js';

const ROUNDS = 11;
/** A metadata service is on the same network; one answer takes one round trip. Milliseconds. */
const ROUND_TRIP = 20;
const HEADER = 'Iface\tDestination\tGateway\n';

/**
 * Measures the time from the network's route until user data is written, by the program that waits
 * for it.
 */
export async function measureDataSource(root: string): Promise<string[]> {
  // In memory, like /run of a node: on a disk, each look-up of a file would take longer.
  const scratch = mkdtempSync('/dev/shm/haos-bench-');
  const times: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      times.push(await measureOnce(join(root, 'bin/haos.cjs'), mkdtempSync(join(scratch, 'tree-'))));
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  const goal = 3 * ROUND_TRIP + 100;
  return [
    `network up until user data is written, aws, each answer after ${ROUND_TRIP} ms: ${median(times).toFixed(0)} ms (goal ${goal})`,
  ];
}

async function measureOnce(program: string, tree: string): Promise<number> {
  const route = join(tree, 'proc/net/route');
  const delivered = join(tree, 'run/config');
  for (const path of ['proc/net', 'sys/class/net/eth0/device', 'run/config', 'run/haos'])
    mkdirSync(join(tree, path), { recursive: true });
  writeFileSync(route, HEADER);
  const server = await startMetadataServer(
    'aws',
    { hostname: 'node1', userData: 'hostname: node1\n' },
    { faults: [{ delay: ROUND_TRIP }] },
  );
  const child = spawn(
    process.execPath,
    [program, 'datasource', 'fetch', 'aws', '--endpoint', server.url, '--root', tree],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // It waits as soon as it has reported that it runs.
  await until(join(tree, 'run/haos'), 'data-sources.json');
  const started = performance.now();
  writeFileSync(route, `${HEADER}eth0\t00000000\t0100000A\n`);
  await until(delivered, 'userdata');
  const time = performance.now() - started;
  await ended;
  await server.close();
  return time;
}

function until(directory: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(directory, check);
    check();
    function check(): void {
      if (!existsSync(join(directory, name))) return;
      watcher.close();
      resolve();
    }
  });
}
