import type { Host } from '@haos/host';
import {
  COMPONENTS,
  linkSlot,
  nameSet,
  type ReleaseSet,
  type Slots,
  versionDirectory,
} from '../components.js';
import { layout } from '../layout.js';
import { grubEnvPath, nextBootState, readBootState, writeBootState } from './boot-state.js';
import { readBooted } from './booted.js';
import {
  decideIntent,
  formatIntent,
  type Intent,
  type IntentDecision,
  type IntentFacts,
  parseIntent,
} from './intent.js';

/** Where an upgrade says what it is about to do. */
export function intentPath(directory: string): string {
  return `${directory}/intent`;
}

/** The intent of an upgrade that was interrupted; undefined when there is none. */
export function readIntent(host: Host, directory: string = layout.system): Intent | undefined {
  const text = host.files.readTextIfExists(intentPath(directory));
  return text === undefined ? undefined : parseIntent(text);
}

/**
 * Moves the links from one pair of sets to another. An interruption at any point is mended by `completeIntent`: until
 * the previous set is in place nothing boots differently, and what boots differently is on trial first, where boots are counted.
 */
export async function switchSlots(
  host: Host,
  intent: Intent,
  { directory, isCounted }: { directory: string; isCounted: boolean },
): Promise<void> {
  const { after } = intent;
  host.files.write(intentPath(directory), formatIntent(intent), { mode: 0o600 });
  linkSlot(host, after.previous, { directory, slot: 'previous' });
  if (isCounted || host.files.stat(grubEnvPath(directory))) {
    const event = { kind: isCounted ? 'staged' : 'replaced', set: nameSet(after.current) } as const;
    writeBootState(host, nextBootState(readBootState(host, directory), event), directory);
  }
  // While the links of one slot are on their way to the disk, GRUB falls back to the other one.
  await flush(host);
  linkSlot(host, after.current, { directory, slot: 'current' });
  await flush(host);
  host.files.remove(intentPath(directory));
}

/**
 * Lets everything reach its final place on the disk; with `path`, only on its file system. What is durable may still be in the journal
 * only, and the boot loader reads without it: what it is led to has to be there before the links are moved, and the links before the
 * intent is forgotten and what they named is deleted.
 */
export async function flush(host: Host, path?: string): Promise<void> {
  await host.run('sync', path === undefined ? [] : ['-f', path], { timeout: 0 });
}

export interface CompleteOptions {
  /** Default `/haos/system`. */
  directory?: string;
  /** What booted; default: what early boot and the kernel command line say. */
  booted?: Omit<IntentFacts, 'isThere'>;
}

/**
 * Completes or undoes what an interrupted upgrade did to the links, and forgets its intent. It may be interrupted itself and be
 * run again. Resolves to undefined when there was nothing to do. Early boot has to do the same before it enters a root.
 */
export async function completeIntent(
  host: Host,
  { directory = layout.system, booted = readBooted(host) }: CompleteOptions = {},
): Promise<IntentDecision | undefined> {
  const path = intentPath(directory);
  if (!host.files.lstat(path)) return undefined;
  const intent = readIntent(host, directory);
  const isThere = (set: ReleaseSet) => isSetThere(host, set, directory);
  const decision = intent ? decideIntent(intent, { ...booted, isThere }) : 'keep';
  if (intent && decision !== 'keep') {
    await link(host, decision === 'complete' ? intent.after : intent.before, directory);
    if (decision === 'undo') leaveTrial(host, intent, directory);
    await flush(host);
  }
  host.files.remove(path);
  return decision;
}

async function link(host: Host, { current, previous }: Slots, directory: string): Promise<void> {
  linkSlot(host, previous, { directory, slot: 'previous' });
  await flush(host);
  linkSlot(host, current, { directory, slot: 'current' });
}

function leaveTrial(host: Host, { after, slotBefore }: Intent, directory: string): void {
  const state = readBootState(host, directory);
  if (state.trial !== nameSet(after.current)) return;
  writeBootState(host, nextBootState(state, { kind: 'undone', slot: slotBefore }), directory);
}

function isSetThere(host: Host, set: ReleaseSet, directory: string): boolean {
  return COMPONENTS.every((component) => {
    const version = set[component];
    return (
      version === undefined ||
      host.files.stat(versionDirectory(directory, component, version))?.type === 'directory'
    );
  });
}
