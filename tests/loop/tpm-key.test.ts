import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PCR_SECTIONS, withPcrSignature } from '../../os/src/pcr-signature.js';
import { makeProgram } from '../../packages/system/src/testing/boot-image.js';

/** The key of the encrypted data in a TPM: the script of early boot with a software TPM. */
const scripts = fileURLToPath(new URL('../../os/overlay/rootfs/usr/lib/haos/boot/', import.meta.url));
const PASSPHRASE = 'correct horse battery staple';

let root: string;
let port: number;
let chip: ChildProcess | undefined;
/** A machine whose TPM has the key: most tests begin with a copy of it. */
let sealed: string;
beforeAll(async () => {
  makeMachine();
  await start();
  expect(boot()).toBe('no:');
  await start();
  expect(seal()).toBe('sealed');
  await switchOff();
  sealed = root;
}, 120_000);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-tpm-'));
  cpSync(sealed, root, { recursive: true });
});
afterEach(async () => {
  await switchOff();
  rmSync(root, { recursive: true });
});
afterAll(() => rmSync(sealed, { recursive: true }));

function makeMachine(): void {
  root = mkdtempSync(join(tmpdir(), 'haos-tpm-'));
  mkdirSync(join(root, 'pcr'));
  const volume = join(root, 'volume');
  writeFileSync(volume, '');
  truncateSync(volume, 20_000_000);
  const format = 'luksFormat --batch-mode --type luks2 --cipher aes-xts-plain64 --key-size 512';
  const quick = '--pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file=-';
  execFileSync('cryptsetup', [...format.split(' '), ...quick.split(' '), volume], { input: PASSPHRASE });
}

async function switchOff(): Promise<void> {
  if (chip === undefined) return;
  const ended = new Promise((resolve) => chip?.once('exit', resolve));
  chip.kill();
  await ended;
  chip = undefined;
}

let starts = 0;
/** The client takes the next port for the control channel. The kernel gives these to no other program. */
const nextPort = () => 20_000 + ((process.pid * 64 + 2 * starts++) % 10_000);

const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const owner = newKey();
const CONTENTS = { '.linux': 'kernel', '.osrel': 'ID=haos', '.cmdline': 'quiet', '.initrd': 'initrd v1' };
const EMPTY = Object.fromEntries(
  Object.entries(PCR_SECTIONS).map(([name, { room }]) => [name, ' '.repeat(room)]),
);

interface BootImage {
  /** What the stub measures, in its order. */
  measured: Readonly<Record<string, string>>;
  key: string;
  signature: string;
}

/** Returns a boot image that was signed for the TPM. */
function sign(more: Readonly<Record<string, string>> = {}, key: KeyObject = owner, floor = 0): BootImage {
  const contents = { ...CONTENTS, ...more };
  const signed = withPcrSignature(makeProgram({ ...contents, ...EMPTY }), key, floor).toString('latin1');
  const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  expect(signed).toContain(pem);
  const signature = /\{"sha256":.*?\]\}/.exec(signed)?.[0] ?? '';
  return { measured: { ...contents, '.pcrpkey': pem }, key: pem, signature };
}

interface Start {
  image?: BootImage;
  /** What the firmware measures. */
  keys?: string;
  secureBoot?: 'on' | 'off';
  /** What the stub measures beside the boot image. */
  added?: string;
  /** The TPM of the machine, by the name of its state. */
  machine?: string;
}

/** Switches a machine on, until its firmware and the stub have measured. */
async function start({
  image = sign(),
  keys = 'own',
  secureBoot = 'on',
  added,
  machine = 'first',
}: Start = {}) {
  await switchOff();
  port = nextPort();
  const state = join(root, machine);
  mkdirSync(state, { recursive: true });
  const server = ['--server', `type=tcp,port=${port}`, '--ctrl', `type=tcp,port=${port + 1}`];
  const flags = ['--tpmstate', `dir=${state}`, '--flags', 'not-need-init,startup-clear'];
  chip = spawn('swtpm', ['socket', '--tpm2', ...server, ...flags], { stdio: 'ignore' });
  const measure = (pcr: number, data: string) => {
    const digest = createHash('sha256').update(data, 'latin1').digest('hex');
    return `tpm pcrextend ${pcr}:sha256=${digest}`;
  };
  const lines = [
    'for try in $(seq 100); do tpm pcrread -Q sha256:0 && break; sleep 0.1; done',
    measure(7, `${keys} ${secureBoot}`),
    ...(added === undefined ? [] : [measure(12, added)]),
    ...Object.entries(image.measured).flatMap(([name, text]) => [
      measure(11, `${name}\0`),
      measure(11, text),
    ]),
  ];
  run(lines.join('\n'));
  writeFileSync(join(root, 'pcr/key.pem'), image.key);
  writeFileSync(join(root, 'pcr/signature.json'), image.signature);
  writeFileSync(join(root, 'pcr/secure-boot'), `${secureBoot}\n`);
}

/** Runs shell code after the functions of the script; the volume is only tried, not opened. */
function run(script: string) {
  const text = readFileSync(join(scripts, 'tpm.sh'), 'utf8').replaceAll('/run/haos/', `${root}/`);
  // Without the resource manager of the kernel, what a command loaded stays loaded, and one that
  // follows at once may find no connection.
  const doors = `
    once() { TPM2TOOLS_TCTI=swtpm:port=${port} tpm2 "$@" 2>>${root}/tpm.log; }
    tpm() { [ "$1" != create ] || once flushcontext -t; once "$@" || { once flushcontext -t; once "$@"; }; }
    has_tpm() { [ -z "\${NO_TPM:-}" ]; }
    read_pcr() { tpm pcrread -Q "sha256:$1" -o ${root}/read && base64 -w 0 ${root}/read; }
    cryptsetup() { [ "$1" != open ] || { shift; set -- open --test-passphrase "$@"; }; command cryptsetup "$@"; }`;
  const { stdout, stderr, status } = spawnSync('sh', ['-c', `set -f\n${text}\n${doors}\n${script}`], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, answer: PASSPHRASE, V: join(root, 'volume') },
  });
  return { output: stdout.trim(), errors: stderr, status };
}

/** Early boot: returns what opened the volume, or why the TPM did not. */
const boot = () =>
  run('enter_initrd; if open_with_tpm $V x; then echo opened; else echo "no: $refusal"; fi').output;
/** Early boot after a person typed the passphrase. */
const seal = () => run('enter_initrd; if seal_key $V; then echo sealed; else echo "$refusal"; fi').output;
const readHeader = () =>
  JSON.parse(
    execFileSync('cryptsetup', ['luksDump', '--dump-json-metadata', join(root, 'volume')], {
      encoding: 'utf8',
    }),
  ) as { tokens: Record<string, { type: string; next?: unknown }>; keyslots: Record<string, unknown> };

/** Each call of a command takes a while. */
const SLOW = 120_000;

describe('a TPM with the key of the data', () => {
  it(
    'opens the data at each start, also of another version that the owner signed',
    async () => {
      await start();
      expect(boot()).toBe('opened');
      await start({ image: sign({ '.initrd': 'initrd v2' }) });
      expect(boot()).toBe('opened');
    },
    SLOW,
  );

  it.each<[title: string, start: () => Start, reason: string]>([
    [
      'in another machine',
      () => ({ machine: 'second' }),
      'this is another TPM than before, or it was cleared',
    ],
    [
      'with the PCR key of somebody else',
      () => ({ image: sign({}, newKey()) }),
      'another PCR key than before signed this boot image',
    ],
    [
      'for a boot image with the signature of another one',
      () => ({ image: { ...sign(), measured: { ...sign().measured, '.initrd': 'changed' } } }),
      'this is not the boot image that its PCR key signed',
    ],
    [
      'after the keys of the firmware were changed',
      () => ({ keys: 'others' }),
      'the state or the keys of Secure Boot, or the kernel arguments, changed',
    ],
    [
      'with kernel arguments beside those of the boot image',
      () => ({ added: 'rdinit=/bin/sh' }),
      'the state or the keys of Secure Boot, or the kernel arguments, changed',
    ],
    [
      'without Secure Boot',
      () => ({ secureBoot: 'off' }),
      'Secure Boot is off, or the firmware takes new keys',
    ],
  ])(
    'does not open them %s, and says why',
    async (_title, how, reason) => {
      await start(how());
      expect(boot()).toBe(`no: ${reason}`);
      await start();
      expect(boot()).toBe('opened');
    },
    SLOW,
  );

  it(
    'does not open them for another system that measures what the boot image is measured to',
    async () => {
      // Another system, with Secure Boot off, can repeat all of PCR 11, and skip the checks of the script.
      await start({ secureBoot: 'off' });
      writeFileSync(join(root, 'pcr/secure-boot'), 'on\n');
      expect(boot()).toContain('the keys of Secure Boot');
    },
    SLOW,
  );

  it(
    'does not open them once early boot has ended, whether it opened them or not',
    async () => {
      const later = 'can_use_tpm; read_token $V; choose_key; unseal | wc -c';
      await start();
      expect(run(`enter_initrd; ${later}`).output).not.toBe('0');
      await start();
      expect(run(`enter_initrd; leave_initrd && ${later}`).output).toBe('0');
      await start();
      expect(run(`leave_initrd && enter_initrd; ${later}`).output).toBe('0');
    },
    SLOW,
  );

  it(
    'has one key slot and one token, also after it is sealed again',
    async () => {
      await start({ machine: 'second' });
      expect(seal()).toBe('sealed');
      const { tokens, keyslots } = readHeader();
      expect(Object.values(tokens)).toMatchObject([{ type: 'haos-tpm', keyslots: ['31'] }]);
      expect(Object.keys(keyslots)).toEqual(['0', '31']);
      await start({ machine: 'second' });
      expect(boot()).toBe('opened');
    },
    SLOW,
  );

  it(
    'keeps its key if a boot image cannot use a new one',
    async () => {
      await start({ image: { ...sign(), measured: { ...sign().measured, '.initrd': 'changed' } } });
      expect(seal()).toBe('this is not the boot image that its PCR key signed');
      await start();
      expect(boot()).toBe('opened');
    },
    SLOW,
  );

  it(
    'opens them after any number of power cuts',
    async () => {
      for (let cut = 0; cut < 8; cut += 1) {
        await start();
        expect(boot()).toBe('opened');
      }
    },
    SLOW,
  );

  it(
    'never has the key in a file',
    async () => {
      await start();
      const { output } = run('enter_initrd; can_use_tpm; read_token $V; choose_key; unseal');
      expect(output).toMatch(/^[\w+/]{43}=$/);
      expect(spawnSync('grep', ['-rlaF', output, root], { encoding: 'utf8' }).stdout).toBe('');
    },
    SLOW,
  );
});

describe('the floor', () => {
  const version = (floor: number) => sign({ '.initrd': `initrd of floor ${floor}` }, owner, floor);
  /** Boots a version, and returns what opened the volume. */
  const bootVersion = async (floor: number) => {
    await start({ image: version(floor) });
    return boot();
  };
  /** The end of early boot; returns the floor, and the one that is prepared. */
  const prepare = () => run(`prepare_floor $V; cat ${root}/tpm-floor`).output;
  const confirm = () => run(`raise_floor && cat ${root}/tpm-floor`).output;
  /** Boots a version until it is confirmed. */
  const raise = async (floor: number) => {
    expect(await bootVersion(floor)).toBe('opened');
    prepare();
    expect(confirm()).toBe(String(floor));
  };
  /** Returns how many bytes of the key the TPM gives away, whatever the script would refuse. */
  const unseal = () => run('can_use_tpm; read_token $V; choose_key; unseal | wc -c').output;
  const readToken = () => Object.values(readHeader().tokens)[0];
  /** What early boot did before there was a floor. */
  const SEAL_AS_BEFORE = `
    enter_initrd; can_use_tpm; drop_sealed $V; secret=$(head -c 32 /dev/random | base64 -w 0)
    quiet_tpm createprimary -C o -g sha256 -G ecc -c $WORK/parent.ctx &&
    quiet_tpm readpublic -c $WORK/parent.ctx -n $WORK/parent.name &&
    quiet_tpm startauthsession -S $WORK/trial.ctx &&
    quiet_tpm policyauthorize -S $WORK/trial.ctx -n $WORK/signer.name &&
    quiet_tpm policypcr -S $WORK/trial.ctx -l $LITERAL -L $WORK/policy && quiet_tpm flushcontext $WORK/trial.ctx &&
    printf %s "$secret" | quiet_tpm create -C $WORK/parent.ctx -L $WORK/policy -a 'fixedtpm|fixedparent|noda' \\
      -i - -u $WORK/public -r $WORK/private &&
    add_secret $V && describe_boot | jq -c --arg public "$(base64 -w 0 $WORK/public)" \\
      --arg private "$(base64 -w 0 $WORK/private)" \\
      '. + {type: "haos-tpm", keyslots: ["31"], public: $public, private: $private}' |
      cryptsetup token import --json-file=- $V`;
  const BELOW = 'no: this version is below the floor: a later one was confirmed';

  it(
    'rises when a version with a higher one is confirmed, and not before',
    async () => {
      expect(await bootVersion(2)).toBe('opened');
      expect(prepare()).toBe('0 2');
      expect(await bootVersion(0)).toBe('opened');
      expect(prepare()).toBe('0');
      expect(confirm()).toBe('0');

      expect(await bootVersion(2)).toBe('opened');
      const header = readHeader();
      expect(prepare()).toBe('0 2');
      expect(readHeader()).toEqual(header);
      expect(confirm()).toBe('2');
      expect(await bootVersion(0)).toBe(BELOW);
      expect(unseal()).toBe('0');
      expect(await bootVersion(1)).toBe(BELOW);
      expect(unseal()).toBe('0');
    },
    SLOW,
  );

  it(
    'lets versions with it and above it open the data',
    async () => {
      await raise(2);

      expect(await bootVersion(2)).toBe('opened');
      expect(readToken()).toHaveProperty('next');
      expect(prepare()).toBe('2');
      expect(readToken()).toMatchObject({ floor: 2 });
      expect(readToken()).not.toHaveProperty('next');
      expect(await bootVersion(3)).toBe('opened');
      expect(prepare()).toBe('2 3');
      expect(confirm()).toBe('3');
      expect(confirm()).toBe('3');
      expect(await bootVersion(2)).toBe(BELOW);
      expect(await bootVersion(3)).toBe('opened');
    },
    SLOW,
  );

  it(
    'holds for a copy of the disk from before, also if its counter is made again',
    async () => {
      cpSync(join(root, 'volume'), join(root, 'copy'));
      await raise(1);
      cpSync(join(root, 'copy'), join(root, 'volume'));

      expect(await bootVersion(0)).toBe('no: the key on the disk is not the last one that the TPM got');
      expect(unseal()).toBe('0');
      const again = 'tpm nvundefine -C o $COUNTER && raise_count && read_count';
      const counts = [run('read_count').output, run(again).output, run(again).output];
      expect(counts).toEqual([...counts].sort());
      expect(new Set(counts).size).toBe(3);
      expect(unseal()).toBe('0');
    },
    SLOW,
  );

  it(
    'is not met with another signature, whatever an exploited version below it does',
    async () => {
      await raise(1);
      const lie = `take_signature() {
        take_floor 0; cp $WORK/approved $WORK/message
        jq -r '.sha256[0].sig' $PASSED/signature.json | base64 -d >$WORK/signature
      }`;
      expect(await bootVersion(0)).toBe(BELOW);
      expect(run(`${lie}; can_use_tpm; read_token $V; choose_key; unseal | wc -c`).output).toBe('0');
      const stolen = { ...version(0), signature: version(1).signature };
      const { floors } = JSON.parse(version(1).signature);
      const mixed = JSON.stringify({ ...JSON.parse(version(0).signature), floors });

      for (const image of [stolen, { ...version(0), signature: mixed }]) {
        await start({ image });
        expect(boot()).toBe('no: this is not the boot image that its PCR key signed');
        expect(unseal()).toBe('0');
      }
    },
    SLOW,
  );

  it(
    'stays if a person types the passphrase at a version below it',
    async () => {
      await raise(1);

      await start({ image: version(0) });
      expect(seal()).toBe(BELOW.slice('no: '.length));
      expect(await bootVersion(1)).toBe('opened');
    },
    SLOW,
  );

  it(
    'of a new key is that of the version that runs',
    async () => {
      await start({ image: version(2), keys: 'others' });
      expect(seal()).toBe('sealed');
      expect(prepare()).toBe('2');
      await start({ image: version(1), keys: 'others' });
      expect(boot()).toBe(BELOW);
      await start({ image: version(2), keys: 'others' });
      expect(boot()).toBe('opened');
    },
    SLOW,
  );

  it(
    'begins again with a TPM that was cleared, and with another PCR key',
    async () => {
      await raise(2);
      expect(await bootVersion(2)).toBe('opened');
      expect(prepare()).toBe('2');

      await start({ image: version(1), machine: 'second' });
      expect(boot()).toBe('no: this is another TPM than before, or it was cleared');
      await start({ image: version(1), machine: 'second' });
      expect(seal()).toBe('sealed');
      expect(prepare()).toBe('1');
      const other = newKey();
      await start({ image: sign({}, other, 0), machine: 'second' });
      expect(seal()).toBe('sealed');
      await start({ image: sign({}, other, 0), machine: 'second' });
      expect(boot()).toBe('opened');
    },
    SLOW,
  );

  it(
    'ends the keys before a new one, also those in a copy of the disk',
    async () => {
      cpSync(join(root, 'volume'), join(root, 'copy'));
      await start();
      expect(seal()).toBe('sealed');
      await start();
      expect(boot()).toBe('opened');
      cpSync(join(root, 'copy'), join(root, 'volume'));

      await start();
      expect(boot()).toBe('no: the key on the disk is not the last one that the TPM got');
    },
    SLOW,
  );

  it(
    'comes to a node of an earlier version, whose key stays until the new one is confirmed',
    async () => {
      await start();
      expect(run(SEAL_AS_BEFORE).status).toBe(0);
      const before = readToken();
      expect(await bootVersion(0)).toBe('opened');
      expect(prepare()).toBe('0 0');
      const { next, ...kept } = readToken() ?? {};
      expect(kept).toEqual(before);
      expect(next).toMatchObject({ floor: 0 });
      expect(await bootVersion(0)).toBe('opened');

      expect(prepare()).toBe('0 0');
      expect(confirm()).toBe('0');
      expect(await bootVersion(0)).toBe('opened');
      expect(prepare()).toBe('0');
      expect(readToken()).toHaveProperty('count');
      await raise(1);
      expect(await bootVersion(0)).toBe(BELOW);
    },
    SLOW,
  );
});

describe('the end of early boot', () => {
  it('succeeds without a TPM', () => {
    expect(run('NO_TPM=1; leave_initrd').status).toBe(0);
    expect(run('NO_TPM=1; can_use_tpm; echo "$refusal"').output).toBe('this machine shows no TPM 2.0');
  });

  it(
    'fails if the TPM answers and does not take it',
    async () => {
      await start();
      expect(run('measure() { return 1; }; leave_initrd').status).toBe(1);
      expect(run('leave_initrd').status).toBe(0);
    },
    SLOW,
  );
});
