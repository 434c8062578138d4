import type { Host } from '@haos/host';
import { nameSet, readRunningSet } from '../components.js';
import { layout } from '../layout.js';
import { readBootState } from './boot-state.js';

/** Between two looks, in milliseconds. */
const PAUSE = 3_000;

/** Whether the set that runs from a system directory still has to show that it works. */
export function isOnTrial(host: Host, directory: string = layout.system): boolean {
  const running = readRunningSet(host, directory);
  return running !== undefined && readBootState(host, directory).trial === nameSet(running);
}

/**
 * Waits until what runs is on trial no more. It has no limit of its own: a node whose trial does not end restarts, and whoever waits
 * ends with it.
 */
export async function awaitTrial(host: Host, directory: string, signal?: AbortSignal): Promise<void> {
  while (isOnTrial(host, directory)) await host.clock.sleep(PAUSE, signal);
}
