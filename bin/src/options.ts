import type { Option } from './command.js';

export const ROOT = {
  name: 'root',
  value: 'DIR',
  summary: 'work on the system in this directory; default: the running machine, as root',
} as const satisfies Option;
export const FORMAT = {
  name: 'format',
  value: 'FORMAT',
  choices: ['text', 'json'],
  summary: 'text for people (default) or json for programs',
} as const satisfies Option;
export const STRICT = {
  name: 'strict',
  summary: 'treat warnings, such as unknown keys, as errors',
} as const satisfies Option;
export const PHASES = [
  { name: 'initrd', summary: 'the phase before the root disk is mounted' },
  { name: 'boot', summary: 'the phase before services start; there is no network yet' },
  { name: 'install', summary: 'only k3s, after "configure server or agent"' },
] as const satisfies readonly Option[];
