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
function sign(more: Readonly<Record<string, string>> = {}, key: KeyObject = owner): BootImage {
  const contents = { ...CONTENTS, ...more };
  const signed = withPcrSignature(makeProgram({ ...contents, ...EMPTY }), key).toString('latin1');
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
  ) as { tokens: Record<string, { type: string }>; keyslots: Record<string, unknown> };

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
      const later = 'can_use_tpm; read_token $V; unseal | wc -c';
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
    'never has the key in a file',
    async () => {
      await start();
      const { output } = run('enter_initrd; can_use_tpm; read_token $V; unseal');
      expect(output).toMatch(/^[\w+/]{43}=$/);
      expect(spawnSync('grep', ['-rlaF', output, root], { encoding: 'utf8' }).stdout).toBe('');
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
