import type { WriteFile } from '../generated/types.js';
import { checkK3sFile } from './k3s-file.js';
import {
  mayBeOld,
  OLD_SECRET_VARIABLE,
  OLD_SYSTEM_LABELS,
  OLD_UPGRADE_LABELS,
  UPGRADE_LABEL,
  upgradeLabelValue,
} from './old-labels.js';
import { findOldTexts } from './old-texts.js';
import { eachEntry, eachItem, type Finding, noEffect, type Rule } from './rule.js';
import { findUnreadFile } from './unread-files.js';

/** What was for k3OS or for the Go HAOS and does nothing here: labels, paths, commands, files. */
export const oldTextsRule: Rule = (config) => [
  ...eachEntry(config.haos?.labels, '/haos/labels', checkOldLabel),
  ...eachItem(config.writeFiles, '/writeFiles', checkOldFile),
  ...eachItem(config.initCmd, '/initCmd', checkOldText),
  ...eachItem(config.bootCmd, '/bootCmd', checkOldText),
  ...eachItem(config.runCmd, '/runCmd', checkOldText),
  ...eachItem(config.haos?.k3sArgs, '/haos/k3sArgs', checkOldText),
  ...eachEntry(config.haos?.environment, '/haos/environment', (_name, value, pointer) =>
    checkOldText(value, pointer),
  ),
  ...eachEntry(config.haos?.environment, '/haos/environment', checkVariableName),
  ...eachItem(config.writeFiles, '/writeFiles', checkUnread),
  ...eachItem(config.writeFiles, '/writeFiles', checkK3sFile),
];

/** What is wrong with a label that another system gave a meaning. */
function checkOldLabel(key: string, value: string, pointer: string): Finding[] {
  if (OLD_UPGRADE_LABELS.includes(key))
    return noEffect(
      pointer,
      `${key} is a label of k3OS, which nothing here looks at`,
      `Write ${UPGRADE_LABEL}: ${upgradeLabelValue(value)}.`,
    );
  if (OLD_SYSTEM_LABELS.includes(key))
    return noEffect(
      pointer,
      `${key} is a label of k3OS, which nothing here looks at`,
      'Remove it: HAOS itself gives its node haos.io/mode and haos.io/version.',
    );
  if (key !== UPGRADE_LABEL || ['enabled', 'disabled'].includes(value)) return [];
  return noEffect(
    pointer,
    `the Plans upgrade no node whose ${UPGRADE_LABEL} has another value than enabled`,
    `Write ${UPGRADE_LABEL}: enabled.`,
  );
}

function checkVariableName(name: string, _value: string, pointer: string): Finding[] {
  if (name !== OLD_SECRET_VARIABLE.name) return [];
  return noEffect(pointer, `k3s does not read ${name} any more`, 'Set haos.token instead.');
}

function checkOldText(text: string, pointer: string): Finding[] {
  if (!mayBeOld(text)) return [];
  return findOldTexts(text).flatMap(({ message, hint }) => noEffect(pointer, message, hint));
}

function checkOldFile({ path = '', content = '' }: WriteFile, pointer: string): Finding[] {
  return [...checkOldText(path, `${pointer}/path`), ...checkOldText(content, `${pointer}/content`)];
}

function checkUnread({ path = '' }: { path?: string }, pointer: string): Finding[] {
  const unread = findUnreadFile(path);
  if (unread === undefined) return [];
  const { message = 'no program of HAOS reads this file', hint } = unread;
  return noEffect(`${pointer}/path`, message, hint);
}
