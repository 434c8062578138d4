import type { Host } from '@haos/host';
import type { BootEntry } from '../boot/boot-entries.js';
import {
  COMPONENTS,
  isSameSet,
  linkSlot,
  nameSet,
  type ReleaseSet,
  readSlots,
  type Slots,
  versionDirectory,
} from '../components.js';
import { layout } from '../layout.js';
import { grubEnvPath, nextBootState } from './boot-state.js';
import { readBooted } from './booted.js';
import {
  decideIntent,
  formatIntent,
  type Intent,
  type IntentDecision,
  type IntentFacts,
  parseIntent,
} from './intent.js';
import { readBootState, writeBootState } from './stored-boot-state.js';

/** Returns the path of the file in which an upgrade records what it is about to do. */
export function intentPath(directory: string): string {
  return `${directory}/intent`;
}

/** Reads the intent of an interrupted upgrade; undefined if there was no interruption. */
export function readIntent(host: Host, directory: string = layout.system): Intent | undefined {
  const text = host.files.readTextIfExists(intentPath(directory));
  return text === undefined ? undefined : parseIntent(text);
}

/**
 * What the boot state says after a switch: the new set is on trial; it boots without a trial,
 * because nothing could end one; or it is the set of a new installation, without a past.
 */
export type Boots = 'on-trial' | 'at-once' | 'as-new';

/**
 * Switches the links from one pair of sets to another. `completeIntent` repairs an interruption at
 * any point. Nothing boots differently until the previous set is in place, and where boots are
 * counted, the new set boots on trial first.
 */
export async function switchSlots(
  host: Host,
  intent: Intent,
  { directory, boots }: { directory: string; boots: Boots },
): Promise<void> {
  const { after } = intent;
  host.files.write(intentPath(directory), formatIntent(intent), { mode: 0o600 });
  linkSlot(host, after.previous, { directory, slot: 'previous' });
  if (boots === 'on-trial' || (boots === 'at-once' && host.files.stat(grubEnvPath(directory)))) {
    const event = {
      kind: boots === 'on-trial' ? 'staged' : 'replaced',
      set: nameSet(after.current),
    } as const;
    writeBootState(host, nextBootState(readBootState(host, directory), event), directory);
  }
  // If a power cut leaves the links of one slot incomplete, GRUB falls back to the other slot.
  await flush(host, directory);
  linkSlot(host, after.current, { directory, slot: 'current' });
  await flush(host, directory);
  host.files.remove(intentPath(directory));
  // Last, because the set that boots until now may be in the previous slot.
  if (boots === 'as-new') writeBootState(host, { slot: 'current' }, directory);
}

/**
 * Makes the set of a new installation the current one, and the set that booted before, if any, the
 * previous one. Forgets what the boot state says about other sets.
 *
 * @param options `entries`: those of systemd-boot. Default: the mounted ones.
 */
export async function replaceSet(
  host: Host,
  set: ReleaseSet,
  { directory, entries }: { directory: string; entries?: readonly BootEntry[] | undefined },
): Promise<void> {
  const { slot: slotBefore } = readBootState(host, directory, entries);
  const before = readSlots(host, directory);
  const booted = before[slotBefore];
  const current = { ...booted, ...set };
  const isOther = booted.haos !== undefined && !isSameSet(booted, current);
  const after = { current, previous: isOther ? booted : before.previous };
  await switchSlots(host, { before, after, slotBefore }, { directory, boots: 'as-new' });
}

/**
 * Syncs everything to its final place on the disk; with `path`, only its file system. Durable data
 * may be only in the journal, which the boot loader does not read. So the files must be in place
 * before the links change, and the links before the intent is removed and the old versions are
 * deleted.
 */
export async function flush(host: Host, path?: string): Promise<void> {
  await host.run('sync', path === undefined ? [] : ['-f', path], { timeout: 0 });
}

export interface CompleteOptions {
  /** Default `/haos/system`. */
  directory?: string;
  /** What booted. Default: read from early boot and the kernel command line. */
  booted?: Omit<IntentFacts, 'isThere'>;
}

/**
 * Completes or undoes the changes of an interrupted upgrade to the links, and removes its intent.
 * It may be interrupted itself and run again. Resolves to undefined if nothing was interrupted.
 * Early boot has to do the same before it enters a root.
 */
export async function completeIntent(
  host: Host,
  { directory = layout.system, booted = readBooted(host, directory) }: CompleteOptions = {},
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
