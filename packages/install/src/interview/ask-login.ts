import type { CloudConfig } from '@haos/cc';
import { encryptPassword } from '@haos/cc/internal';
import { ask, askSecret, type Prompter } from '@haos/questions';
import { checkAnswer } from './check-answer.js';

/**
 * Asks who may log in, unless that is configured: GitHub users by their keys, and the password,
 * which is stored encrypted.
 */
export async function askLogin(prompter: Prompter, configured: CloudConfig): Promise<CloudConfig> {
  const keys = configured.sshAuthorizedKeys ?? [];
  const { password } = configured.haos ?? {};
  const asked = keys.length > 0 ? [] : await askGithubUsers(prompter);
  if (password) return keysOf(asked);
  const answer = await askSecret(prompter, {
    name: 'password',
    message: 'Password of the user rancher',
    // Login to the new node must be possible.
    optional: keys.length + asked.length > 0,
    validate: (value) => checkAnswer({ haos: { password: value } }),
  });
  return {
    ...keysOf(asked),
    ...(answer && { haos: { password: await encryptPassword(answer) } }),
  };
}

async function askGithubUsers(prompter: Prompter): Promise<string[]> {
  const toKeys = (users: string) =>
    users
      .split(/[\s,]+/)
      .filter((user) => user !== '')
      .map((user) => `github:${user}`);
  const users = await ask(prompter, {
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
