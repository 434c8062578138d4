import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootedHost } from '@haos/host';
import { readSlots } from '@haos/system';
import {
  type BootState,
  completeIntent,
  formatBootState,
  MODES,
  nameSet,
  nextBootState,
  parseBootState,
  readBooted,
} from '@haos/system/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/**
 * What early boot decides in shell and the program decides in TypeScript: one table of cases, run
 * through both (docs/boot-contract.md).
 */
const scripts = fileURLToPath(new URL('../overlay/rootfs/usr/lib/haos/boot/', import.meta.url));
const initrd = fileURLToPath(new URL('../overlay/initrd/lib/haos/', import.meta.url));

/** Runs a piece of the boot scripts with a kernel command line; nothing of this machine is read. */
function shell(cmdline: string, script: string): string {
  const sources = [`${scripts}common.sh`, `${scripts}intent.sh`, `${scripts}root.sh`, `${initrd}mode.sh`];
  const stubs = 'cat() { echo "$CMDLINE"; }; debug() { :; }; sync() { :; }; set -f';
  const code = [...sources.map((path) => `. ${path}`), stubs, script].join('\n');
  const { stdout, stderr } = spawnSync('sh', ['-c', code], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, CMDLINE: cmdline },
  });
  expect(stderr).toBe('');
  return stdout.trim();
}

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-contract-'));
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const COMMAND_LINES = [
  '',
  'haos.slot=current',
  'haos.slot=previous',
  'haos.slot=previous haos.slot=current',
  'haos.slot=current haos.slot=previous',
  'haos.slot=other',
  'haos.slot',
  'haos.slots=previous',
  'quiet haos.slot=previous haos.trial',
  'haos.trial',
  'haos.trial=true',
  'haos.trial=false',
  'haos.trials nohaos.trial',
  'ro\thaos.trial\n',
];

describe('slot and trial', () => {
  it.each(COMMAND_LINES)('of %j are the same in both', (cmdline) => {
    write('proc/cmdline', cmdline);

    const { slot, onTrial } = readBooted(rootedHost(root));
    const script = 'choose_slot; echo "$slot"; has_word haos.trial && echo trial';

    expect([slot, ...(onTrial ? ['trial'] : [])]).toEqual(shell(cmdline, script).split('\n'));
  });

  it.each(COMMAND_LINES)('that the launcher added, %j, are the same in both', (words) => {
    write('proc/cmdline', 'quiet root=/dev/vda1\n');
    write('run/haos/words', words);

    const { slot, onTrial } = readBooted(rootedHost(root));
    const script = 'choose_slot; echo "$slot"; has_word haos.trial && echo trial';

    expect([slot, ...(onTrial ? ['trial'] : [])]).toEqual(shell(`quiet ${words}`, script).split('\n'));
  });
});

/** All boot states that can occur, and some that a person could write. */
const STATES: BootState[] = (['current', 'previous'] as const).flatMap((slot) => [
  { slot },
  { slot, good: 'v1/-/-' },
  { slot, good: 'v1/-/-', failed: 'v2/-/-' },
  ...[2, 1, 0, -1].flatMap((tries) => [
    { slot, trial: 'v2/k3s+1~x/-', tries },
    { slot, trial: 'v2/k3s+1~x/-', tries, good: 'v1/-/-', failed: 'v0/-/-' },
  ]),
]);

describe('the launcher, where the boot loader passes no slot', () => {
  const launcher = fileURLToPath(new URL('../overlay/launcher/haos', import.meta.url));
  const functions = readFileSync(launcher, 'utf8').replace(/^main "\$@"$/m, '');
  const block = () => join(root, 'haos/system/grubenv');

  /** What the launcher decides; the state on the disk afterwards. */
  function decide(cmdline: string, { hasPrevious = true, before = '' } = {}) {
    if (hasPrevious) write('haos/system/haos/previous/haos', '');
    const script = `system=${root}/haos/system; sync() { :; }; ${before}\ndecide_words '${cmdline}'; echo "$words"`;
    const { stdout, stderr } = spawnSync('sh', ['-c', `${functions}\n${script}`], { encoding: 'utf8' });
    return { words: stdout.trim(), stderr };
  }

  it.each(STATES.flatMap((state) => [true, false].map((hasPrevious) => [state, hasPrevious] as const)))(
    'chooses and counts as the menu of GRUB does: %j, a previous set: %j',
    (state, hasPrevious) => {
      write('haos/system/grubenv', '');
      writeFileSync(block(), formatBootState(state));
      const menu = nextBootState(state, { kind: 'menu', hasPrevious });
      const slot = hasPrevious ? menu.slot : 'current';
      const after = slot === 'current' ? nextBootState(menu, { kind: 'boot' }) : menu;
      const isTrial = slot === 'current' && menu.trial !== undefined;

      expect(decide('quiet', { hasPrevious })).toEqual({
        words: `haos.slot=${slot}${isTrial ? ' haos.trial' : ''}`,
        stderr: '',
      });
      const { tries = 0, ...others } = parseBootState(readFileSync(block()));
      const { tries: expected = 0, ...rest } = after;
      // A number of tries below zero is as good as zero.
      expect({ ...others, tries: Math.max(tries, 0) }).toEqual({ ...rest, tries: Math.max(expected, 0) });
      expect(readFileSync(block())).toHaveLength(1024);
    },
  );

  it('starts the current set if there is no state', () => {
    expect(decide('quiet')).toEqual({ words: 'haos.slot=current', stderr: '' });
  });

  it('keeps other variables', () => {
    const text = '# GRUB Environment Block\nother=a b\nhaos_trial=v2\nhaos_tries=2\nempty=\n';
    write('haos/system/grubenv', text.padEnd(1024, '#'));

    expect(decide('quiet').words).toBe('haos.slot=current haos.trial');
    expect(readFileSync(block(), 'utf8')).toContain('\nother=a b\nhaos_trial=v2\nhaos_tries=1\n');
  });

  it('decides nothing if the boot loader passes a slot', () => {
    const state = formatBootState({ slot: 'current', trial: 'v2', tries: 2 });
    write('haos/system/grubenv', '');
    writeFileSync(block(), state);

    expect(decide('quiet haos.slot=current').words).toBe('');
    expect(readFileSync(block())).toEqual(Buffer.from(state));
  });

  it('counts no boot into the rescue shell', () => {
    write('haos/system/grubenv', '');
    writeFileSync(block(), formatBootState({ slot: 'current', trial: 'v2', tries: 2 }));

    expect(decide('rescue').words).toBe('haos.slot=current');
    expect(parseBootState(readFileSync(block())).tries).toBe(2);
  });

  it('starts no set on trial whose boot it cannot count', () => {
    write('haos/system/grubenv', '');
    writeFileSync(block(), formatBootState({ slot: 'current', trial: 'v2', tries: 2 }));

    expect(decide('quiet', { before: 'mv() { return 1; }' }).words).toBe('haos.slot=previous');
  });
});

describe('a mode', () => {
  it.each([...MODES, 'shel', 'LIVE', '', 'live disk'])('%j is known to both or to none', (word) => {
    const isKnown = shell('', `is_mode "${word}" && echo yes`) === 'yes';

    expect(MODES.some((mode) => mode === word)).toBe(isKnown);
  });
});

/** Where the links of the sets lead; `-` stands for no link. */
type Links = Readonly<Record<string, string>>;

const COMPONENTS = ['haos', 'k3s', 'kernel'] as const;
const BEFORE: Links = {
  'haos/current': 'v1',
  'haos/previous': 'v0',
  'k3s/current': 'k1',
  'k3s/previous': '-',
  'kernel/current': '6.1-v1',
  'kernel/previous': '6.0-v0',
};
const AFTER: Links = {
  'haos/current': 'v2',
  'haos/previous': 'v1',
  'k3s/current': 'k2',
  'k3s/previous': 'k1',
  'kernel/current': '6.2-v2',
  'kernel/previous': '6.1-v1',
};
const SAME_KERNEL: Links = { ...AFTER, 'kernel/current': '6.1-v1' };

function link(system: string, links: Links): void {
  for (const [path, version] of Object.entries(links)) {
    mkdirSync(dirname(join(root, system, path)), { recursive: true });
    if (version !== '-') symlinkSync(version, join(root, system, path));
  }
}

function readLinks(system: string): Links {
  const read = (path: string): string => {
    try {
      return readlinkSync(join(root, system, path));
    } catch {
      return '-';
    }
  };
  return Object.fromEntries(Object.keys(BEFORE).map((path) => [path, read(path)]));
}

describe('the name of a set', () => {
  it.each<[title: string, links: Links, expected: string]>([
    ['complete', BEFORE, 'v1/k1/6.1-v1'],
    ['without a component', { ...BEFORE, 'k3s/current': '-' }, 'v1/-/6.1-v1'],
    ['empty', {}, '-/-/-'],
    ['linked absolutely', { ...BEFORE, 'haos/current': '/haos/system/haos/v1' }, 'v1/k1/6.1-v1'],
    ['linked with a slash at the end', { ...BEFORE, 'haos/current': 'v1/' }, 'v1/k1/6.1-v1'],
    ['linked to a version that is not there', { ...BEFORE, 'k3s/current': 'k9' }, 'v1/-/6.1-v1'],
    ['linked to another slot', { ...BEFORE, 'k3s/current': 'previous' }, 'v1/-/6.1-v1'],
    ['linked to itself', { ...BEFORE, 'k3s/current': 'current' }, 'v1/-/6.1-v1'],
    ['linked to its own directory', { ...BEFORE, 'k3s/current': '.' }, 'v1/-/6.1-v1'],
    ['linked to the directory above', { ...BEFORE, 'k3s/current': '..' }, 'v1/-/6.1-v1'],
    ['linked to the root', { ...BEFORE, 'k3s/current': '/' }, 'v1/-/6.1-v1'],
    ['linked to an unfinished copy', { ...BEFORE, 'k3s/current': '.new-k2' }, 'v1/-/6.1-v1'],
  ])('that is %s is the same in both', (_title, links, expected) => {
    link('haos/system', links);
    for (const [path, version] of Object.entries(BEFORE))
      mkdirSync(join(root, 'haos/system', dirname(path), version), { recursive: true });
    mkdirSync(join(root, 'haos/system/k3s/.new-k2'));
    const system = join(root, 'haos/system');

    const named = nameSet(readSlots(rootedHost(root)).current);

    expect([shell('', `name_set ${system} current`), named]).toEqual([expected, expected]);
  });
});

/** An intent from BEFORE to other sets, as the program writes it. */
function intentTo(after: Links): string {
  const lines = COMPONENTS.map((component) =>
    [
      component,
      ...[BEFORE, after].flatMap((side) => [side[`${component}/current`], side[`${component}/previous`]]),
    ].join(' '),
  );
  return `${['haos-intent 1', 'slot current', ...lines, 'end'].join('\n')}\n`;
}

interface Interrupted {
  intent: string;
  cmdline: string;
  /** The release of the kernel that runs. */
  release: string;
  /** The links at that moment. */
  links: Links;
  /** A version that is not on the disk. */
  missing: string;
}

/** What early boot can meet: all combinations for a complete intent, and damaged intents. */
function interruptions(): Interrupted[] {
  const [whole, sameKernel] = [intentTo(AFTER), intentTo(SAME_KERNEL)];
  const half = { ...BEFORE, 'kernel/current': '6.2-v2' };
  const cmdlines = ['haos.slot=current', 'haos.slot=current haos.trial', 'haos.slot=previous'];
  const complete = [whole, sameKernel].flatMap((intent) =>
    cmdlines.flatMap((cmdline) =>
      ['6.0', '6.1', '6.2', '5.0'].flatMap((release) =>
        [BEFORE, half].flatMap((links) =>
          ['', 'haos/v2', 'haos/v0'].map((missing) => ({ intent, cmdline, release, links, missing })),
        ),
      ),
    ),
  );
  const texts = [whole.replace('end\n', ''), whole.replace(/^k3s.*\n/m, ''), 'haos-intent 2\nend\n', ''];
  const damaged = texts.map((intent) => ({
    intent,
    cmdline: 'haos.slot=current haos.trial',
    release: '6.2',
    links: half,
    missing: '',
  }));
  return [...complete, ...damaged];
}

describe('an interrupted upgrade', () => {
  it('ends with the same links in both, whatever early boot meets', async () => {
    const differences: unknown[] = [];
    for (const [index, met] of interruptions().entries()) {
      const [first, second] = [`shell${index}`, `program${index}`];
      const running = settleInShell(first, met);
      await settleInProgram(second, met, running);
      const [a, b] = [readLinks(first), readLinks(`${second}/haos/system`)];
      if (JSON.stringify(a) !== JSON.stringify(b)) differences.push({ ...met, shell: a, program: b });
      for (const name of [first, second]) rmSync(join(root, name), { recursive: true });
    }

    expect(differences).toEqual([]);
  }, 300_000);
});

function prepare(system: string, { intent, links, missing }: Interrupted): void {
  link(system, links);
  for (const side of [BEFORE, AFTER])
    for (const [path, version] of Object.entries(side))
      if (version !== '-' && `${dirname(path)}/${version}` !== missing)
        mkdirSync(join(root, system, dirname(path), version), { recursive: true });
  write(`${system}/intent`, intent);
}

/** What early boot does; resolves to the version of the kernel that it takes as the running one. */
function settleInShell(system: string, met: Interrupted): string {
  prepare(system, met);
  const uname = `uname() { echo ${met.release}; }`;
  return shell(met.cmdline, `${uname}; choose_slot; settle_intent ${join(root, system)}; echo "$running"`);
}

async function settleInProgram(directory: string, met: Interrupted, running: string): Promise<void> {
  prepare(`${directory}/haos/system`, met);
  write(`${directory}/proc/cmdline`, met.cmdline);
  write(`${directory}/run/haos/kernel-version`, running);
  await completeIntent(rootedHost(join(root, directory)));
}

describe('docs/boot-contract.md', () => {
  const repository = fileURLToPath(new URL('../../', import.meta.url));
  const page = readFileSync(join(repository, 'docs/boot-contract.md'), 'utf8');
  const textOf = (directory: string) =>
    readdirSync(join(repository, directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.test\.ts$/.test(entry.name))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
  const overlay = textOf('os/overlay');
  const program = ['system', 'cc', 'install'].map((name) => textOf(`packages/${name}/src`)).join('\n');

  it('has every file of a boot that both sides name', () => {
    const named = (text: string) => new Set(text.match(/\/run\/haos\/[a-z0-9.-]*[a-z0-9]/g));
    const shared = [...named(overlay)].filter((path) => named(program).has(path));

    expect(shared.length).toBeGreaterThan(5);
    expect(shared.filter((path) => !page.includes(`\`${path.slice('/run/haos/'.length)}`))).toEqual([]);
  });

  it('has every word of the kernel command line that early boot reads', () => {
    const reads = /\b(?:argument|has_word) (haos\.[a-z_]+)/g;
    const words = new Set([...overlay.matchAll(reads)].map(([, word]) => word));

    expect(words.size).toBeGreaterThan(3);
    expect([...words].filter((word) => !page.includes(`\`${word}`))).toEqual([]);
  });
});
