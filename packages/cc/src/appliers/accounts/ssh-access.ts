import { RANCHER } from '@haos/system/internal';
import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { Ssh } from '../../generated/types.js';
import { eachItem, type Finding, invalid, isError, isNot, noEffect, type Rule } from '../../rules/rule.js';
import { ownershipLine } from '../files/key-file.js';
import { isWrittenByUser } from '../files/written-by-user.js';

/** sshd reads it before its own settings, and the first value counts (sshd_config(5)). */
const PATH = '/etc/ssh/sshd_config.d/50-haos.conf';
const FIRST_LINE = ownershipLine('haos.ssh');

/**
 * Who may log in by ssh and how, in the file that the image has for it. Without `haos.ssh` it
 * becomes again what it is in the image, and is not made where it is missing. In the runtime phase
 * a running sshd is restarted; sessions go on.
 */
export const sshAccess: Applier = {
  name: 'ssh-access',
  keys: ['haos.ssh.password_authentication', 'haos.ssh.allow_users'],
  always: true,
  async apply(config, context) {
    if (isWrittenByUser(config, PATH)) return;
    const { files } = context.host;
    const { ssh = {} } = config.haos ?? {};
    const errors = sshAccessRule(config).filter(isError);
    for (const error of errors) await context.attempt(() => refuse([error], 'HAOS_CC_SSH_USER'));
    if (errors.length > 0) return;
    const isOurs = files.readTextIfExists(PATH)?.startsWith(`${FIRST_LINE}\n`) ?? false;
    if (Object.keys(ssh).length === 0 && !isOurs) return;
    const hasChanged = files.write(PATH, renderSshAccess(ssh), { mode: 0o644 });
    if (hasChanged && context.phase === 'runtime') await restart(context);
  },
};

/** The settings; those of an empty section are those of the image. */
export function renderSshAccess({ allowUsers = [RANCHER], passwordAuthentication = false }: Ssh): string {
  const lines = [FIRST_LINE, `AllowUsers ${allowUsers.join(' ')}`];
  // The shipped sshd_config asks for a key in any case.
  if (passwordAuthentication) lines.push('AuthenticationMethods any', 'PasswordAuthentication yes');
  return `${lines.join('\n')}\n`;
}

/** What is wrong with `haos.ssh`. */
export const sshAccessRule: Rule = ({ haos }) => {
  const users = haos?.ssh?.allowUsers;
  const pointer = '/haos/ssh/allowUsers';
  if (users?.length === 0)
    return invalid(
      pointer,
      'the list is empty, so no user could log in by ssh',
      `Name a user, such as ${RANCHER}, or remove the key.`,
    );
  return eachItem(users, pointer, checkUser);
};

function checkUser(user: string, pointer: string): Finding[] {
  if (!/^[\w.*?@:/%$-]+$/.test(user) || user.startsWith('@'))
    return isNot(pointer, user, 'a user', 'Write one user in each item, as USER or USER@HOST.');
  if (!/^root(?:@|$)/.test(user)) return [];
  return noEffect(
    pointer,
    'root cannot log in by ssh',
    `Log in as ${RANCHER} and use sudo, or bring an sshd_config of your own.`,
  );
}

/**
 * `--nodeps`: OpenRC would otherwise wait for the service that applies the configuration right now
 * (rc-service(8)).
 */
async function restart(context: ApplyContext): Promise<void> {
  await context.host.run('rc-service', ['--nodeps', '--ifexists', '--ifstarted', 'sshd', 'restart']);
}
