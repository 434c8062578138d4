import type { Host } from '@haos/host';
import { cryptPassword, setPasswordHash } from '@haos/host/internal';
import { RANCHER } from '@haos/system/internal';
import { refuse } from '../../apply/refuse.js';
import type { Applier } from '../../apply/types.js';
import { finding, hasControls, type Rule } from '../../rules/rule.js';

/**
 * The encrypted forms of crypt(5), matched as a whole. Text that only begins like one of them is a
 * password in clear text. Hashes use the alphabet `./0-9A-Za-z` and have a fixed length.
 */
const CRYPT_FORMS = [
  /^\$1\$[^$:\s]{1,8}\$[./0-9A-Za-z]{22}$/,
  /^\$2[abxy]\$[0-9]{2}\$[./0-9A-Za-z]{53}$/,
  /^\$5\$(rounds=[1-9][0-9]{3,8}\$)?[^$:\s]{1,16}\$[./0-9A-Za-z]{43}$/,
  /^\$6\$(rounds=[1-9][0-9]{3,8}\$)?[^$:\s]{1,16}\$[./0-9A-Za-z]{86}$/,
  /^\$7\$[./0-9A-Za-z]{11,97}\$[./0-9A-Za-z]{43}$/,
  /^\$sha1\$[1-9][0-9]*\$[./0-9A-Za-z]{1,64}\$[./0-9A-Za-z]{28}$/,
  /^\$g?y\$[./0-9A-Za-z]+\$[./0-9A-Za-z]{1,86}\$[./0-9A-Za-z]{43}$/,
];

/**
 * The forms that can be verified here. With more rounds, verifying takes longer than hashing again.
 */
const VERIFIABLE = /^\$[56]\$(rounds=[1-9][0-9]{3,5}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]+$/;

/**
 * Sets the password of `rancher`, given encrypted or in clear text. Clear text is hashed as SHA-512
 * crypt; a hash that already matches stays, so that a second run changes nothing. A later source
 * clears the password of an earlier one with an empty password. Then no password is set, and
 * `rancher` can log in only with a key.
 */
export const password: Applier = {
  name: 'password',
  keys: ['haos.password'],
  async apply(config, context) {
    const value = config.haos?.password ?? '';
    if (value === '') return;
    refuse(passwordRule(config), 'HAOS_ACCOUNT_PASSWORD');
    if (context.phase === 'initrd' && presentHash(context.host) === undefined) {
      context.note(`the initrd has no account ${RANCHER}; the boot phase sets the password`);
      return;
    }
    setPasswordHash(context.host, RANCHER, isCryptForm(value) ? value : await hashOf(context.host, value));
  },
};

/** Reports a problem with `haos.password`. Messages do not contain the password. */
export const passwordRule: Rule = ({ haos }) => {
  const value = haos?.password ?? '';
  const pointer = '/haos/password';
  const isCrypt = isCryptForm(value);
  if (/[\n\0]/.test(value) || (isCrypt && hasControls(value)))
    return finding(
      'invalid-value',
      pointer,
      'the password contains a line break or another character that cannot be typed',
    );
  if (!value.startsWith('$') || isCrypt) return [];
  return finding(
    'invalid-value',
    pointer,
    'it begins with $ but is not in crypt form, so it is treated as clear text',
    'Create the crypt form with `openssl passwd -6`.',
    { severity: 'warning' },
  );
};

/** Returns whether a password is in encrypted form, as in the second field of /etc/shadow. */
export function isCryptForm(value: string): boolean {
  return value.startsWith('$') && CRYPT_FORMS.some((form) => form.test(value));
}

/** Returns a password in the form to store: unchanged if it is encrypted, else as SHA-512 crypt. */
export async function encryptPassword(value: string): Promise<string> {
  return isCryptForm(value) ? value : cryptPassword(value);
}

async function hashOf(host: Host, clear: string): Promise<string> {
  const present = presentHash(host);
  if (present === undefined || !VERIFIABLE.test(present)) return cryptPassword(clear);
  const again = await cryptPassword(clear, present.slice(0, present.lastIndexOf('$')));
  return again === present ? present : cryptPassword(clear);
}

function presentHash(host: Host): string | undefined {
  const lines = host.files.readTextIfExists('/etc/shadow')?.split('\n') ?? [];
  return lines.map((line) => line.split(':')).find(([name]) => name === RANCHER)?.[1];
}
