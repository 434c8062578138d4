import type { Host } from '@haos/host';
import { nameSet, readRunningSet } from '../components.js';
import { layout } from '../layout.js';
import { readBootState } from './stored-boot-state.js';

/** The pause between two checks, in milliseconds. */
const PAUSE = 3_000;

/** Returns whether the set that runs from a system directory is on trial. */
export function isOnTrial(host: Host, directory: string = layout.system): boolean {
  const running = readRunningSet(host, directory);
  return running !== undefined && readBootState(host, directory).trial === nameSet(running);
}

/**
 * Waits until the running set is no longer on trial. It has no time limit: a node whose trial does
 * not end reboots, which also ends the waiting process.
 */
export async function awaitTrial(host: Host, directory: string, signal?: AbortSignal): Promise<void> {
  while (isOnTrial(host, directory)) await host.clock.sleep(PAUSE, signal);
}
