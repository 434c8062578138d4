import type { AccountLook, Finding } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { finding, skip } from '../finding.js';

const PASSWD = '/etc/passwd';
const SHADOW = '/etc/shadow';

/** The first uid of accounts of people: login.defs(5). */
const FIRST_PERSON = 1000;
const NOBODY = 65534;

/** Accounts whose shell does one thing, and from Debian: `sync` only writes to the disks. */
const SHELLS_OF_SERVICES = /\/(nologin|false|sync)$/;

/** yescrypt, and SHA-512: crypt(5). */
const STRONG = /^!?\$(y|gy|6)\$/;

/** The live system lets a person at the console in, who owns the machine anyway. */
const OPEN_MODES = ['live', 'install', 'shell'];

interface Account {
  name: string;
  uid: number;
  shell: string;
  /** As in /etc/shadow. */
  hash: string;
}

/** Checks the accounts of a system. */
export function lookAtAccounts({ rule }: AccountLook, machine: Machine): Finding {
  const passwd = machine.host.files.readTextIfExists(PASSWD);
  const shadow = machine.host.files.readTextIfExists(SHADOW);
  if (passwd === undefined || shadow === undefined) return skip('this system has no accounts');
  return RULES[rule](parseAccounts(passwd, shadow), machine);
}

type RuleCheck = (accounts: readonly Account[], machine: Machine) => Finding;

const RULES: Readonly<Record<AccountLook['rule'], RuleCheck>> = {
  'one-root': (accounts) => {
    const doubles = accounts.filter(({ uid, name }) =>
      accounts.some((other) => other.uid === uid && other.name !== name),
    );
    return names(doubles, { none: 'every account has an id of its own', from: PASSWD });
  },
  'root-locked': (accounts) =>
    names(
      accounts.filter(({ uid, hash }) => uid === 0 && !/^[!*]/.test(hash)),
      { none: 'locked', from: SHADOW },
    ),
  'no-empty-password': (accounts, { mode = '' }) => {
    const empty = accounts.filter(({ hash }) => hash === '');
    if (empty.length > 0 && OPEN_MODES.includes(mode))
      return skip(`${list(empty)}: at the console of a system in mode ${mode}; sshd refuses it`);
    return names(empty, { none: 'none', from: SHADOW });
  },
  'strong-hashes': (accounts) =>
    names(
      accounts.filter(({ hash }) => /^!?\$/.test(hash) && !STRONG.test(hash)),
      { none: 'no weak ones', from: SHADOW },
    ),
  'service-shells': (accounts) =>
    names(
      accounts.filter(
        ({ uid, shell }) =>
          uid > 0 && (uid < FIRST_PERSON || uid === NOBODY) && !SHELLS_OF_SERVICES.test(shell),
      ),
      { none: 'none has one', from: PASSWD },
    ),
};

function names(accounts: readonly Account[], { none, from }: { none: string; from: string }): Finding {
  return finding(accounts.length === 0, accounts.length === 0 ? none : list(accounts), from);
}

function list(accounts: readonly Account[]): string {
  return accounts.map(({ name }) => name).join(', ');
}

function parseAccounts(passwd: string, shadow: string): Account[] {
  const hashes = new Map(fieldsOf(shadow).map(([name = '', hash = '']) => [name, hash]));
  return fieldsOf(passwd).map(([name = '', own = '', uid = '', , , , shell = '']) => ({
    name,
    uid: Number(uid),
    shell,
    hash: own === 'x' ? (hashes.get(name) ?? '*') : own,
  }));
}

function fieldsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'));
}
