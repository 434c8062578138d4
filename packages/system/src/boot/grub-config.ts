import { type FormatEntry, format } from '@haos/cmdline';
import { HaosError } from '@haos/host';
import type { Slot } from '../components.js';
import type { SystemErrorCode } from '../errors.js';

export interface GrubConfigOptions {
  /** The UUID of the file system of the state partition. */
  stateUuid: string;
  /** Kernel arguments of every entry, such as the consoles. */
  arguments?: readonly FormatEntry[];
  /** The serial line that also shows the menu. */
  serial?: { unit: number; speed: number } | undefined;
  /** Seconds that the menu waits. Default 5. */
  timeout?: number;
  /**
   * Whether GRUB counts the boots of a set on trial. Default true; false if GRUB cannot write, as
   * on LVM or RAID.
   */
  counts?: boolean;
  /**
   * Kernel arguments of a set of the Go implementation, whose kernel is only inside its image.
   * Default: such a set does not exist.
   */
  goArguments?: readonly FormatEntry[] | undefined;
}

/** The directory on the state partition in which the boot loader finds the sets. */
const SYSTEM = '/haos/system';

/** The first line of every menu that HAOS wrote. */
export const GRUB_CONFIG_MARK = '# Written by the installer of HAOS.';

/**
 * Returns the configuration of GRUB on an installed disk: the sets of both slots, each with a
 * normal entry and a rescue shell. It counts the boots of a set on trial, and after two boots the
 * previous one; `nextBootState` of `@haos/system` implements the same in TypeScript.
 */
export function renderGrubConfig(options: GrubConfigOptions): string {
  const { stateUuid, timeout = 5, serial, counts = true, goArguments } = options;
  const words = quoteArguments([
    ...(options.arguments ?? []),
    { name: 'haos.state', value: `UUID=${stateUuid}` },
  ]);
  const choice = counts ? [LOAD, LEAVE, CHOICE, COUNT] : [LOAD, CHOICE];
  const goWords = goArguments && quoteArguments(goArguments);
  const entries = ENTRIES.map((entry) => renderEntry(entry, { words, goWords, counts }));
  return `${[renderHead(stateUuid, timeout), ...(serial ? [renderSerial(serial)] : []), ...choice, ...entries].join('\n\n')}\n`;
}

interface Entry {
  id: string;
  title: string;
  slot: Slot;
  isRescue: boolean;
}

const ENTRIES: readonly Entry[] = [
  { id: 'current', title: 'HAOS Current', slot: 'current', isRescue: false },
  { id: 'previous', title: 'HAOS Previous', slot: 'previous', isRescue: false },
  { id: 'rescue-current', title: 'HAOS Rescue (current)', slot: 'current', isRescue: true },
  { id: 'rescue-previous', title: 'HAOS Rescue (previous)', slot: 'previous', isRescue: true },
];

function renderHead(uuid: string, timeout: number): string {
  return `${GRUB_CONFIG_MARK}
set timeout=${timeout}
set gfxpayload=text
insmod all_video
search --no-floppy --fs-uuid --set=root ${quoteForGrub(uuid)}
set system=${SYSTEM}
export system`;
}

function renderSerial({ unit, speed }: { unit: number; speed: number }): string {
  return `if serial --unit=${unit} --speed=${speed}; then
  terminal_input console serial
  terminal_output console serial
fi`;
}

/** Loads the choice that HAOS wrote. */
const LOAD = `if [ -f $system/grubenv ]; then
  load_env --file $system/grubenv haos_slot haos_trial haos_tries haos_failed
fi`;

/**
 * Rolls back from a set that used up its tries to the previous one. If there is no previous set,
 * GRUB tries it again: an interrupted first upgrade that was undone leaves its trial to a set
 * without one.
 */
const LEAVE = `if [ -n "$haos_trial" -a "$haos_tries" != 2 -a "$haos_tries" != 1 ]; then
  if [ -f $system/kernel/previous/initrd ]; then
    set haos_failed="$haos_trial"
    set haos_trial=
    set haos_tries=
    set haos_slot=previous
    save_env --file $system/grubenv haos_slot haos_trial haos_tries haos_failed
  fi
fi
export haos_trial haos_tries`;

/** Chooses the entry. */
const CHOICE = `if [ "$haos_slot" = previous ]; then
  set default=previous
  set fallback=0
else
  set default=current
  set fallback=1
fi`;

/** Counts a boot. A set on trial reboots after a panic, so that the count continues. */
const COUNT = `function count_boot {
  set trial=
  if [ -n "$haos_trial" ]; then
    if [ "$haos_tries" = 2 ]; then
      set haos_tries=1
    else
      set haos_tries=0
    fi
    save_env --file $system/grubenv haos_tries
    set trial="haos.trial panic=10"
  fi
}`;

function renderEntry(
  { id, title, slot, isRescue }: Entry,
  { words, goWords, counts: isCounting }: { words: string; goWords: string | undefined; counts: boolean },
): string {
  const counts = isCounting && slot === 'current' && !isRescue;
  const kernel = `$system/kernel/${slot}`;
  const special = `haos.slot=${slot}${isRescue ? ' rescue' : counts ? ' $trial' : ''}`;
  const linux = `linux ${kernel}/vmlinuz ${words} ${special}`;
  return [
    `menuentry "${title}" --id ${id} {`,
    ...(counts ? ['  count_boot'] : []),
    ...(goWords === undefined ? [`  ${linux}`] : renderEither(linux, { kernel, slot, goWords, special })),
    `  initrd ${kernel}/initrd`,
    '}',
  ].join('\n');
}

/**
 * Loads the kernel of a set of HAOS, or else the one in the image of a set of the Go
 * implementation.
 */
function renderEither(
  linux: string,
  { kernel, slot, goWords, special }: { kernel: string; slot: Slot; goWords: string; special: string },
): string[] {
  return [
    `  if [ -f ${kernel}/vmlinuz ]; then`,
    `    ${linux}`,
    '  else',
    `    loopback ${slot} ${kernel}/kernel.squashfs`,
    `    linux (${slot})/vmlinuz ${goWords} ${special}`,
    '  fi',
  ];
}

/**
 * Returns kernel arguments as words of GRUB's script. When GRUB builds the kernel command line, it
 * quotes words with blanks, and escapes quotes and backslashes with backslashes that the kernel
 * does not remove. Arguments with quotes or backslashes are therefore refused
 * (HAOS_INSTALL_ARGUMENT).
 */
export function quoteArguments(entries: readonly FormatEntry[]): string {
  return entries
    .map((entry) => {
      const word = entry.value === undefined || entry.bare ? entry.name : `${entry.name}=${entry.value}`;
      if (format([entry]).issues.length > 0 || /["'\\\n]/.test(word)) {
        throw new HaosError<SystemErrorCode>(
          'HAOS_INSTALL_ARGUMENT',
          `the boot loader cannot pass on the kernel argument ${entry.name}`,
          { hint: 'Leave out quotes and backslashes, or put the setting into the configuration.' },
        );
      }
      return quoteForGrub(word);
    })
    .join(' ');
}

/** Returns one word of GRUB's script, in which GRUB expands nothing. */
function quoteForGrub(word: string): string {
  return /^[A-Za-z0-9_.,:=/@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
