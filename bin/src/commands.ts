import { command } from './command.js';
import { runConfig } from './config/config.js';
import { allCommands, configCommands } from './more-commands.js';
import { FORMAT, PHASES, ROOT, STRICT } from './options.js';

const config = command({
  name: 'config',
  summary: 'apply, show and check the configuration',
  description:
    'Without --dump or --dump-json, applies the configuration in one phase: runtime, unless an option names another. ' +
    'Prints on standard error what the phase changed, what it ran and what failed. Applying again changes nothing.',
  options: [
    ...PHASES,
    { name: 'dump', summary: 'print the configuration as YAML; with its secrets' },
    { name: 'dump-json', summary: 'print the configuration as JSON; with its secrets' },
    ROOT,
    { ...STRICT, summary: `with --dump and --dump-json: ${STRICT.summary}` },
    FORMAT,
    { name: 'quiet', short: 'q', summary: 'print only failures' },
  ],
  examples: [
    { line: 'sudo haos config', what: 'apply the configuration now' },
    { line: 'sudo haos config --dump', what: 'show what is configured, all sources merged' },
    { line: 'haos config --boot --root ./tree', what: 'apply the boot phase to a directory tree' },
  ],
  get commands() {
    return configCommands();
  },
  load: async () => runConfig,
});

/**
 * The whole program as a tree of commands, from which its help, the parser of its arguments, the
 * completion and the manual pages follow.
 */
export const haos = command({
  name: 'haos',
  summary: 'configure, install and upgrade a HAOS node',
  description:
    'A node is configured by one cloud-config: /haos/system/config.yaml, the kernel command line, ' +
    '/var/lib/rancher/HAOS/config.yaml and config.d/*, merged in this order.',
  options: [{ name: 'version', summary: 'print the version' }],
  examples: [
    { line: 'sudo haos status', what: 'show the state of this node' },
    { line: 'haos config validate node.yaml', what: 'check a configuration before it is used' },
    { line: 'sudo haos config plan', what: 'see what would change on this node' },
    { line: 'sudo haos config', what: 'apply the configuration' },
  ],
  // Most starts are those of a boot, which call config.
  usual: config,
  get commands() {
    return allCommands(config);
  },
});
