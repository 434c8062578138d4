import { type Command, command, type Option } from './command.js';

const ROOT = {
  name: 'root',
  value: 'DIR',
  summary: 'work on the system in this directory; default: the running machine, as root',
} as const satisfies Option;
const FORMAT = {
  name: 'format',
  value: 'FORMAT',
  choices: ['text', 'json'],
  summary: 'text for people (default) or json for programs',
} as const satisfies Option;
const STRICT = {
  name: 'strict',
  summary: 'take warnings, such as unknown keys, for errors',
} as const satisfies Option;
/** What `haos config validate` can report in. */
const REPORT_FORMATS = ['text', 'json', 'github', 'sarif', 'junit', 'gitlab'];
const PHASES = [
  { name: 'initrd', summary: 'the phase before the root disk is mounted' },
  { name: 'boot', summary: 'the phase before services start; there is no network yet' },
  { name: 'install', summary: 'only k3s, after "configure server or agent"' },
] as const satisfies readonly Option[];

const validate = command({
  name: 'validate',
  summary: 'check configuration files, without touching any machine',
  description:
    'Each FILE is checked by itself; `-` is standard input, and patterns such as `nodes/**/*.yaml` are expanded. ' +
    'Of a directory all files below it are checked that end in .yaml or .yml. ' +
    'The exit status is 0 when all are valid, 3 when one is not or cannot be read.',
  operands: 'FILE...',
  options: [
    {
      name: 'as',
      value: 'KIND',
      choices: ['input', 'system', 'cmdline', 'local', 'userdata', 'config.d'],
      summary: 'what a file is going to be; cmdline: the text of a kernel command line; default: input',
    },
    { name: 'merge', summary: 'take all files for one configuration, the last one winning' },
    STRICT,
    {
      name: 'format',
      value: 'FORMAT',
      choices: REPORT_FORMATS,
      summary: 'text for people (default), json, github annotations, sarif, junit, or gitlab code quality',
    },
    {
      name: 'output',
      value: 'FORMAT=FILE',
      many: true,
      summary: 'also write the report in this format into this file; may be given several times',
    },
    {
      name: 'stdin-name',
      value: 'NAME',
      summary: 'what reports call standard input, such as the file that an editor checks',
    },
    { name: 'quiet', short: 'q', summary: 'as text, tell only of what makes a file invalid' },
  ],
  examples: [
    { line: 'haos config validate node.yaml', what: 'one file' },
    { line: 'haos config validate nodes/', what: 'all files in a directory' },
    { line: "haos config validate --format github 'nodes/**/*.yaml'", what: 'many, in a GitHub workflow' },
    {
      line: 'haos config validate --output junit=junit.xml --output gitlab=codequality.json nodes/',
      what: 'with two reports, in a GitLab pipeline',
    },
    { line: 'curl -s https://config.example/node.yaml | haos config validate -', what: 'standard input' },
  ],
  load: async () => (await import('./config/validate.js')).runValidate,
});

const plan = command({
  name: 'plan',
  summary: 'show what a phase would change, without changing anything',
  description:
    'Nothing is written, run or downloaded. Without a phase option it is the runtime phase that is planned. ' +
    'The exit status is 10 when something would change, else 0, or 4 when a step would fail.',
  options: [...PHASES, ROOT, STRICT, FORMAT],
  examples: [
    { line: 'sudo haos config plan', what: 'what `haos config` would change now' },
    {
      line: 'haos config plan --boot --root ./tree',
      what: 'what the boot phase would do to a directory tree',
    },
  ],
  load: async () => (await import('./config/plan.js')).runPlan,
});

const explain = command({
  name: 'explain',
  summary: 'show where values come from, what they override and why',
  description:
    'KEY is a key in any accepted spelling, such as haos.labels or hostname; default: all that is configured.',
  operands: '[KEY]',
  options: [ROOT, FORMAT],
  examples: [
    { line: 'sudo haos config explain haos.labels', what: 'why the labels are what they are' },
    { line: 'haos config explain --root ./tree', what: 'every value of a directory tree' },
  ],
  load: async () => (await import('./config/explain.js')).runExplain,
});

const status = command({
  name: 'status',
  summary: 'show what each phase did in this boot',
  description:
    'The exit status is 0 when every phase that ran is done, 4 when one has failures, ' +
    '1 when none ran or one has not ended.',
  options: [ROOT, FORMAT],
  examples: [{ line: 'sudo haos config status', what: 'after a boot' }],
  load: async () => (await import('./config/status.js')).runStatus,
});

const schema = command({
  name: 'schema',
  summary: 'print the JSON Schema of the configuration, for editors',
  options: [],
  examples: [{ line: 'haos config schema > cloud-config.schema.json', what: 'a file that editors can use' }],
  load: async () => (await import('./config/schema.js')).runSchema,
});

const put = command({
  name: 'put',
  summary: 'put a validated file into config.d of the node, or remove it',
  description:
    'The file is read from FILE or standard input, and written with mode 0600 only if it is valid.',
  operands: 'NAME [FILE]',
  options: [
    { name: 'apply', summary: 'run the runtime phase afterwards' },
    { name: 'delete', summary: 'remove the file NAME instead' },
    ROOT,
    FORMAT,
  ],
  examples: [
    { line: 'sudo haos config put 50-proxy.yaml proxy.yaml --apply', what: 'write and apply at once' },
    { line: 'sudo haos config put 50-proxy.yaml --delete', what: 'remove it again' },
  ],
  load: async () => (await import('./config/put.js')).runPut,
});

const config = command({
  name: 'config',
  summary: 'apply, show and check the configuration',
  description:
    'Without --dump or --dump-json it applies the configuration in a phase: runtime, unless another is named. ' +
    'What a phase changed, ran and failed to do is told on standard error. Applying again changes nothing.',
  options: [
    ...PHASES,
    { name: 'dump', summary: 'print the configuration as YAML; with its secrets' },
    { name: 'dump-json', summary: 'print the configuration as JSON; with its secrets' },
    ROOT,
    { ...STRICT, summary: `with --dump and --dump-json: ${STRICT.summary}` },
    FORMAT,
    { name: 'quiet', short: 'q', summary: 'tell only of failures' },
  ],
  examples: [
    { line: 'sudo haos config', what: 'apply the configuration now' },
    { line: 'sudo haos config --dump', what: 'show what is configured, all sources merged' },
    { line: 'haos config --boot --root ./tree', what: 'apply the boot phase to a directory tree' },
  ],
  commands: [validate, plan, explain, status, schema, put],
  load: async () => (await import('./config/config.js')).runConfig,
});

const install = command({
  name: 'install',
  summary: 'install HAOS on a disk of this machine',
  description:
    'Asks what is neither named here nor configured below haos.install, kernel arguments included, shows the whole plan ' +
    'and asks whether to go on. Everything is checked before the first write: configuration, image, programs, disk. ' +
    'On an installed node it is refused.',
  options: [
    { name: 'silent', summary: 'ask no question' },
    {
      name: 'answers',
      value: 'FILE',
      summary: 'take the answers from a YAML or JSON file (- is standard input) instead of a person',
    },
    { name: 'check', summary: 'only check, and say what was found; nothing is written' },
    {
      name: 'device',
      value: 'DEVICE',
      summary: 'the whole disk; default: the only one that fits; with --no-format the partition',
    },
    { name: 'no-format', summary: 'use an ext4 partition that is there, and keep what persists on it' },
    { name: 'no-bootloader', summary: 'do not install GRUB, only its menu' },
    {
      name: 'config-url',
      value: 'URL',
      summary: 'the configuration to install: a URL or a path; default: that of this system',
    },
    { name: 'allow-empty-config', summary: 'install a fetched configuration that configures nothing' },
    { name: 'image', value: 'DIR', summary: 'the directory with the components; default: /haos/system' },
    {
      name: 'iso',
      value: 'ISO',
      summary: 'an ISO instead: a path or a URL; default: haos.install.iso_url where no medium was started',
    },
    {
      name: 'sha256',
      value: 'HEX',
      summary: 'the digest that the ISO must have; then it needs no signature',
    },
    { name: 'insecure', summary: 'take an ISO from a URL although its release is not signed' },
    { name: 'force-efi', summary: 'install for EFI even when the machine was not started by EFI' },
    { name: 'tty', value: 'TTY', summary: 'the console of the installed system; default: those in use' },
    { name: 'debug', summary: 'log more on the installed system' },
    { name: 'reboot', summary: 'restart afterwards, as in mode install' },
    { name: 'power-off', summary: 'power off afterwards' },
    FORMAT,
  ],
  examples: [
    { line: 'sudo haos install', what: 'answer questions, then install' },
    { line: 'sudo haos install --answers answers.yaml', what: 'the same without a person' },
    { line: 'sudo haos install --check --device /dev/vda', what: 'whether it could be installed' },
    {
      line: 'sudo haos install --silent --device /dev/vda --config-url https://config.example/node.yaml',
      what: 'install, with a configuration from a server',
    },
    { line: 'sudo haos install --silent --no-format', what: 'into the partition labelled HAOS_STATE' },
  ],
  installs: true,
  load: async () => (await import('./install/install.js')).runInstall,
});

const DESTINATION = {
  name: 'destination',
  value: 'DIR',
  summary: 'the system directory of the node; default: /haos/system',
} as const satisfies Option;

const upgradeCommands: readonly Command[] = [
  command({
    name: 'status',
    summary: 'show what is installed, what runs, and what boots next',
    options: [DESTINATION, FORMAT],
    examples: [{ line: 'sudo haos upgrade status', what: 'after an upgrade' }],
    load: async () => (await import('./upgrade/upgrade-status.js')).runUpgradeStatus,
  }),
  command({
    name: 'rollback',
    summary: 'boot the other version next and do not return to this one automatically',
    options: [DESTINATION, FORMAT],
    examples: [{ line: 'sudo haos upgrade rollback', what: 'go back; a second time, forth again' }],
    load: async () => (await import('./upgrade/change.js')).runRollback,
  }),
  command({
    name: 'forget',
    summary: 'forget which version failed, so that it may be tried again',
    options: [DESTINATION, FORMAT],
    examples: [{ line: 'sudo haos upgrade forget', what: 'before a second attempt' }],
    load: async () => (await import('./upgrade/change.js')).runForget,
  }),
  command({
    name: 'confirm',
    summary: 'end the trial of the version that runs: it works',
    description:
      'The node does this itself when it is healthy. A node that an upgrade drained is opened for pods again.',
    options: [
      {
        name: 'when-ready',
        value: 'SECONDS',
        summary: 'wait this long until Kubernetes says that the node is Ready, else fail',
      },
      DESTINATION,
      FORMAT,
    ],
    examples: [{ line: 'sudo haos upgrade confirm', what: 'keep the version that runs' }],
    load: async () => (await import('./upgrade/change.js')).runConfirm,
  }),
];

const upgrade = command({
  name: 'upgrade',
  summary: 'put a new version beside the one that runs, to boot it next',
  description:
    'All or nothing: a version that does not work is left by itself after two boots. Each option can also be given by ' +
    'the environment, such as HAOS_UPGRADE_SOURCE=DIR and HAOS_UPGRADE_KERNEL=true. ' +
    'A source that comes from the network has to be signed by a key of this image, unless its digest is named.',
  options: [
    {
      name: 'source',
      value: 'SOURCE',
      summary:
        'a directory with the components, an ISO, its URL, a version, or latest; default: /haos/system',
    },
    DESTINATION,
    { name: 'check', summary: 'only check, and say what was found; nothing is upgraded' },
    { name: 'rootfs', summary: 'upgrade haos, and k3s where the source has it' },
    { name: 'kernel', summary: 'upgrade the kernel; default: everything' },
    { name: 'allow-downgrade', summary: 'take an older version, too' },
    { name: 'allow-skip', summary: 'take a k3s that is more than one minor version newer' },
    {
      name: 'sha256',
      value: 'HEX',
      summary: 'the digest that the ISO must have; then it needs no signature',
    },
    { name: 'insecure', summary: 'take an ISO from a URL although its release is not signed' },
    { name: 'sync', summary: 'let everything in memory reach the disks' },
    {
      name: 'remount',
      summary: 'accepted as by earlier versions: a read-only destination is remounted anyway',
    },
    { name: 'drain', summary: 'drain the Kubernetes node before the next boot changes' },
    { name: 'reboot', summary: 'restart the node afterwards' },
    { name: 'wait', summary: 'stay until the node restarts, or the version that runs has ended its trial' },
    { name: 'lock-file', value: 'FILE', summary: 'default: /run/haos/upgrade.lock' },
    FORMAT,
  ],
  examples: [
    { line: 'sudo haos upgrade --source latest --reboot', what: 'upgrade everything and restart' },
    {
      line: 'sudo haos upgrade --source v1.1.0 --check',
      what: 'whether it could be upgraded to that release',
    },
    {
      line: 'haos upgrade --source /haos/system --destination /host/haos/system --rootfs',
      what: 'from within the image of a release',
    },
  ],
  commands: upgradeCommands,
  load: async () => (await import('./upgrade/upgrade.js')).runUpgrade,
});

const reset = command({
  name: 'reset',
  summary: 'let the next boot remove all data of the node',
  description:
    'What goes is /var, /home and /opt: workloads, volumes, the local configuration, host keys, the node password of k3s. ' +
    'The system configuration and the installed versions stay. It asks, unless --yes is given; only on an installed node.',
  options: [
    { name: 'ephemeral', summary: 'at every boot, but keep the local configuration and the identity' },
    { name: 'cancel', summary: 'take it back: the data stay' },
    { name: 'yes', summary: 'do not ask' },
    { name: 'reboot', summary: 'restart the node afterwards' },
    ROOT,
    FORMAT,
  ],
  examples: [
    { line: 'sudo haos reset --yes --reboot', what: 'begin anew, as after the installation' },
    { line: 'sudo haos reset --cancel', what: 'before the next boot: everything stays' },
  ],
  load: async () => (await import('./reset/reset.js')).runReset,
});

const nodeStatus = command({
  name: 'status',
  summary: 'show how this node is, on one screen',
  description:
    'Version, addresses, what came of the configuration, the upgrade, and whether Kubernetes has this node as Ready. ' +
    'The exit status is 0 when the node is healthy, else 1.',
  options: [ROOT, FORMAT],
  examples: [
    { line: 'sudo haos status', what: 'the first thing to look at' },
    { line: 'sudo haos status --format json', what: 'for programs' },
  ],
  load: async () => (await import('./status/node-status.js')).runNodeStatus,
});

const check = command({
  name: 'check',
  summary: 'check the machine',
  options: [],
  examples: [{ line: 'haos check k3s', what: 'why k3s does not start' }],
  commands: [
    command({
      name: 'k3s',
      summary: 'check whether this machine has what k3s needs of it',
      description:
        'Each line says what was found, and what to do where something is missing. Nothing is changed. ' +
        'The exit status is 0 when everything is there, else 4.',
      options: [FORMAT],
      examples: [{ line: 'haos check k3s --format json', what: 'for programs' }],
      load: async () => (await import('./check/check-k3s.js')).runCheckK3s,
    }),
  ],
});

/** As `DATA_SOURCES` of @haos/cc has them, which would be too much to load for this table. */
export const DATA_SOURCE_NAMES = [
  'aws',
  'cdrom',
  'digitalocean',
  'gcp',
  'hetzner',
  'openstack',
  'packet',
  'scaleway',
  'vultr',
];

const datasourceCommands: readonly Command[] = [
  command({
    name: 'fetch',
    summary: 'ask data sources for user data and metadata, and write what they have to /run/config',
    description:
      'They are asked in this order until one has user data; default: those that haos.data_sources configures. ' +
      'The exit status is 0, or 4 when nothing was found and one of them failed.',
    operands: '[NAME...]',
    operandChoices: DATA_SOURCE_NAMES,
    options: [
      { name: 'dry-run', summary: 'only ask; write nothing' },
      {
        name: 'endpoint',
        value: 'URL',
        summary: 'ask this server instead of the addresses of the clouds, whatever the firmware says',
      },
      ROOT,
      FORMAT,
    ],
    examples: [
      { line: 'sudo haos datasource fetch aws cdrom --dry-run', what: 'what these would give this machine' },
      {
        line: 'haos datasource fetch aws --endpoint http://127.0.0.1:8080 --root ./tree',
        what: 'ask `haos datasource serve`, and write into a directory tree',
      },
    ],
    load: async () => (await import('./datasource/fetch-sources.js')).runFetchSources,
  }),
  command({
    name: 'serve',
    summary: 'play the metadata service of a cloud, to try a configuration by hand',
    description:
      'It listens on 127.0.0.1, prints its URL, and runs until it is interrupted. cdrom is a disc image.',
    operands: 'NAME',
    operandChoices: DATA_SOURCE_NAMES,
    options: [
      { name: 'fixture', value: 'FILE', summary: 'what it says, as JSON; `-` is standard input' },
      { name: 'port', value: 'PORT', summary: 'default: a free one' },
    ],
    examples: [{ line: 'haos datasource serve aws --fixture node.json --port 8080', what: 'play AWS' }],
    load: async () => (await import('./datasource/serve.js')).runServe,
  }),
];

const datasource = command({
  name: 'datasource',
  summary: 'find the configuration that a cloud or a drive has for this machine',
  options: [],
  examples: [{ line: 'sudo haos datasource fetch --dry-run', what: 'ask those that are configured' }],
  commands: datasourceCommands,
});

const version = command({
  name: 'version',
  summary: 'print the version of the program',
  options: [FORMAT],
  examples: [{ line: 'haos version', what: 'which program this is' }],
  load: async () => (await import('./show-version.js')).runVersion,
});

const completion = command({
  name: 'completion',
  summary: 'print what makes a shell complete the commands, options and values of haos',
  description: 'Nodes have it for bash already.',
  operands: 'SHELL',
  operandChoices: ['bash', 'zsh', 'fish'],
  options: [],
  examples: [
    { line: 'source <(haos completion bash)', what: 'in ~/.bashrc' },
    { line: 'haos completion zsh > ~/.zfunc/_haos', what: 'in a directory of fpath, for compinit' },
    { line: 'haos completion fish > ~/.config/fish/completions/haos.fish', what: 'once' },
  ],
  load: async () => (await import('./completion/print-completion.js')).runCompletion,
});

const parts = [nodeStatus, config, datasource, install, upgrade, reset, check, completion, version];

const help = command({
  name: 'help',
  summary: 'explain a command, or write the manual pages',
  description: 'Without COMMAND it lists all of them. `haos help config plan` is `haos config plan --help`.',
  operands: '[COMMAND...]',
  operandChoices: parts.map(({ name }) => name),
  options: [
    {
      name: 'man',
      value: 'DIR',
      summary: 'write a manual page for each command into this directory, such as haos-config-plan.1',
    },
  ],
  examples: [
    { line: 'haos help config validate', what: 'how to check a configuration' },
    { line: 'haos help --man ~/.local/share/man/man1', what: 'manual pages for `man haos-config`' },
  ],
  load: async () => (await import('./show-help.js')).runHelp,
});

/** Everything the program does; help, arguments, completion and manual pages follow from it. */
export const haos = command({
  name: 'haos',
  summary: 'configure, install and upgrade a HAOS node',
  description:
    'A node is configured by one cloud-config: /haos/system/config.yaml, the kernel command line, ' +
    '/var/lib/rancher/HAOS/config.yaml and config.d/*, merged in this order.',
  options: [{ name: 'version', summary: 'print the version' }],
  examples: [
    { line: 'sudo haos status', what: 'how this node is' },
    { line: 'haos config validate node.yaml', what: 'check a configuration before it is used' },
    { line: 'sudo haos config plan', what: 'see what would change on this node' },
    { line: 'sudo haos config', what: 'apply the configuration' },
  ],
  commands: [...parts, help],
});
