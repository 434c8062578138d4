import { type CloudConfig, encryptPassword } from '@haos/cc';
import { ask, askSecret, type Respondent } from '@haos/questions';
import { checkAnswer } from './check-answer.js';

/** Who may log in, as far as that is not configured: users of GitHub by their keys, and the password, which is kept encrypted. */
export async function askLogin(respondent: Respondent, configured: CloudConfig): Promise<CloudConfig> {
  const keys = configured.sshAuthorizedKeys ?? [];
  const { password } = configured.haos ?? {};
  const asked = keys.length > 0 ? [] : await askGithubUsers(respondent);
  if (password) return keysOf(asked);
  const answer = await askSecret(respondent, {
    name: 'password',
    message: 'Password of the user rancher',
    // Nobody may be locked out of the new node.
    optional: keys.length + asked.length > 0,
    validate: (value) => checkAnswer({ haos: { password: value } }),
  });
  return {
    ...keysOf(asked),
    ...(answer && { haos: { password: await encryptPassword(answer) } }),
  };
}

async function askGithubUsers(respondent: Respondent): Promise<string[]> {
  const toKeys = (users: string) =>
    users
      .split(/[\s,]+/)
      .filter((user) => user !== '')
      .map((user) => `github:${user}`);
  const users = await ask(respondent, {
    name: 'github_users',
    message: 'GitHub users whose SSH keys may log in, separated by commas',
    optional: true,
    validate: (answer) => checkAnswer({ ssh_authorized_keys: toKeys(answer) }),
  });
  return toKeys(users);
}

function keysOf(keys: readonly string[]): CloudConfig {
  return keys.length > 0 ? { sshAuthorizedKeys: [...keys] } : {};
}
