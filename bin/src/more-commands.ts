import { type Command, command, type Option } from './command.js';
import { INSECURE, KERNEL, SHA256 } from './install/common-options.js';
import { INSTALL_OPTIONS } from './install/options.js';
import { FORMAT, PHASES, ROOT, STRICT } from './options.js';

/** The formats of the reports of `haos config validate`. */
const REPORT_FORMATS = ['text', 'json', 'github', 'sarif', 'junit', 'gitlab'];

const validate = command({
  name: 'validate',
  summary: 'check configuration files without accessing the system',
  description:
    'Each FILE is checked separately. `-` is standard input, and patterns such as `nodes/**/*.yaml` are expanded. ' +
    'In a directory, all files below it that end in .yaml or .yml are checked. ' +
    'The exit status is 0 when all files are valid, and 3 when one is invalid or cannot be read.',
  operands: 'FILE...',
  options: [
    {
      name: 'as',
      value: 'KIND',
      choices: ['input', 'system', 'cmdline', 'local', 'userdata', 'config.d'],
      summary: 'how the files will be used; cmdline: the text of a kernel command line; default: input',
    },
    { name: 'merge', summary: 'merge all files; later files override' },
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
    {
      line: "haos config validate --format github 'nodes/**/*.yaml'",
      what: 'many files, in a GitHub workflow',
    },
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
    'Writes, runs and downloads nothing. Without a phase option it plans the runtime phase. ' +
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
    'KEY is a key in any accepted spelling, such as haos.labels or hostname; default: everything that is configured.',
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
    'The exit status is 0 when every phase that ran is done, 4 when a phase has failures, ' +
    'and 1 when no phase ran or one has not finished.',
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
  summary: 'write a valid file to config.d of the node, or remove it',
  description:
    'Reads the content from FILE or standard input, and writes it with mode 0600 only if it is valid. ' +
    'With --try, the node restores the previous file automatically unless `haos config confirm` keeps the new one.',
  operands: 'NAME [FILE]',
  options: [
    { name: 'apply', summary: 'run the runtime phase afterwards' },
    {
      name: 'try',
      value: 'DURATION',
      summary: 'with --apply: restore the previous file after this time, such as 3m, unless it is confirmed',
    },
    { name: 'plan', summary: 'write nothing; show what applying it would change' },
    { name: 'delete', summary: 'remove the file NAME instead' },
    ROOT,
    FORMAT,
  ],
  examples: [
    { line: 'sudo haos config put 50-proxy.yaml proxy.yaml --apply', what: 'write and apply at once' },
    {
      line: 'sudo haos config put 50-net.yaml net.yaml --apply --try 3m',
      what: 'a network that comes back if it does not work',
    },
    { line: 'sudo haos config put 50-proxy.yaml --delete', what: 'remove it again' },
  ],
  load: async () => (await import('./config/put.js')).runPut,
});

const confirm = command({
  name: 'confirm',
  summary: 'keep the file that `haos config put --try` tries',
  options: [ROOT, FORMAT],
  examples: [{ line: 'sudo haos config confirm', what: 'the node works: keep its configuration' }],
  load: async () => (await import('./config/end-try.js')).runConfirm,
});

const revert = command({
  name: 'revert',
  summary: 'restore the file that was there before `haos config put --try`, and apply it',
  description: 'The node calls it with --expired every minute.',
  options: [
    {
      name: 'expired',
      summary:
        'only if the time is over without a confirmation; reboot if a network needs it; print only failures',
    },
    ROOT,
    FORMAT,
  ],
  examples: [{ line: 'sudo haos config revert', what: 'do not wait for the time to be over' }],
  load: async () => (await import('./config/end-try.js')).runRevert,
});

const migrate = command({
  name: 'migrate',
  summary: 'turn a configuration of k3OS or of the Go HAOS into one of HAOS',
  description:
    'Reads cloud-configs and kernel command lines; `-` is standard input. In a directory, all files below it that end in .yaml ' +
    'or .yml are migrated. Comments and layout stay. The result goes to standard ' +
    'output, what changed and what a person has to decide to standard error. ' +
    'The exit status is 0 when every result is valid, 3 when one has errors left, 1 when a file cannot be read or written.',
  operands: 'FILE...',
  options: [
    { name: 'write', summary: 'replace the files by the results' },
    {
      name: 'as',
      value: 'KIND',
      choices: ['input', 'cmdline'],
      summary: 'what a file is: input, a cloud-config, or cmdline; default: what it looks like',
    },
    FORMAT,
  ],
  examples: [
    { line: 'haos migrate k3os.yaml > node.yaml', what: 'see what changes, and keep the old file' },
    { line: 'haos migrate --write nodes/', what: 'all files in a directory at once' },
    { line: 'haos migrate --as cmdline pxelinux.cfg', what: 'kernel arguments, whatever stands around them' },
  ],
  load: async () => (await import('./migrate/migrate.js')).runMigrate,
});

const install = command({
  name: 'install',
  summary: 'install HAOS on a disk of this machine',
  description:
    'Asks for everything that neither an option nor haos.install of the configuration sets, kernel arguments included. ' +
    'Then shows the whole plan and asks for confirmation. Checks everything before the first write: configuration, ' +
    'image, programs, disk. Refuses to run on an installed node.',
  options: INSTALL_OPTIONS,
  examples: [
    { line: 'sudo haos install', what: 'answer questions, then install' },
    { line: 'sudo haos install --answers answers.yaml', what: 'take the answers from a file' },
    { line: 'sudo haos install --check --device /dev/vda', what: 'check whether HAOS can be installed' },
    {
      line: 'sudo haos install --silent --device /dev/vda --config-url https://config.example/node.yaml',
      what: 'install, with a configuration from a server',
    },
    {
      line: 'sudo haos install --to-file node.qcow2 --iso haos-amd64.iso',
      what: 'make a disk image, with the programs of the ISO',
    },
    { line: 'sudo haos install --silent --no-format', what: 'install to the partition labelled HAOS_STATE' },
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
    examples: [{ line: 'sudo haos upgrade rollback', what: 'go back; run it again to return' }],
    load: async () => (await import('./upgrade/change.js')).runRollback,
  }),
  command({
    name: 'forget',
    summary: 'forget which version failed, so that it can be tried again',
    options: [DESTINATION, FORMAT],
    examples: [{ line: 'sudo haos upgrade forget', what: 'before a second attempt' }],
    load: async () => (await import('./upgrade/change.js')).runForget,
  }),
  command({
    name: 'confirm',
    summary: 'end the trial of the running version: it works',
    description:
      'A healthy node does this automatically. If an upgrade drained the node, it accepts pods again.',
    options: [
      {
        name: 'when-ready',
        value: 'SECONDS',
        summary: 'wait up to this long until Kubernetes reports the node as Ready, else fail',
      },
      DESTINATION,
      FORMAT,
    ],
    examples: [{ line: 'sudo haos upgrade confirm', what: 'keep the running version' }],
    load: async () => (await import('./upgrade/change.js')).runConfirm,
  }),
];

const upgrade = command({
  name: 'upgrade',
  summary: 'stage a new version beside the running one, to boot it next',
  description:
    'Upgrades are atomic: if the new version does not work, the node rolls back automatically after two boots. ' +
    'The environment can set each option, too, such as HAOS_UPGRADE_SOURCE=DIR and HAOS_UPGRADE_KERNEL=true. ' +
    'A key of this image must have signed a source from the network, unless --sha256 names its digest.',
  options: [
    {
      name: 'source',
      value: 'SOURCE',
      summary:
        'a directory with the components, an ISO, its URL, a version, or latest; default: /haos/system',
    },
    DESTINATION,
    { name: 'check', summary: 'only check, and print the results; nothing is upgraded' },
    { name: 'rootfs', summary: 'upgrade haos, and k3s if the source has it' },
    { name: 'kernel', summary: 'upgrade the kernel; default: everything' },
    {
      ...KERNEL,
      name: 'kernel-kind',
      summary: 'change to the generic or the cloud kernel; default: the kind that the node has',
    },
    {
      name: 'boot-image',
      value: 'FILE',
      summary: 'the signed boot image, on a node with own keys; default: that of the release',
    },
    { name: 'allow-downgrade', summary: 'accept an older version' },
    { name: 'allow-skip', summary: 'accept a k3s that is more than one minor version newer' },
    SHA256,
    INSECURE,
    { name: 'sync', summary: 'flush everything in memory to the disks' },
    {
      name: 'remount',
      summary: 'accepted for compatibility: a read-only destination is always remounted',
    },
    { name: 'drain', summary: 'drain the Kubernetes node before the next boot changes' },
    { name: 'reboot', summary: 'reboot the node afterwards' },
    { name: 'wait', summary: 'wait until the node reboots, or until the trial of the running version ends' },
    { name: 'lock-file', value: 'FILE', summary: 'the lock file; default: /run/haos/upgrade.lock' },
    FORMAT,
  ],
  examples: [
    { line: 'sudo haos upgrade --source latest --reboot', what: 'upgrade everything and reboot' },
    {
      line: 'sudo haos upgrade --source v1.1.0 --check',
      what: 'check whether the node can be upgraded to that release',
    },
    {
      line: 'haos upgrade --source /haos/system --destination /host/haos/system --rootfs',
      what: 'in a container of a release',
    },
  ],
  commands: upgradeCommands,
  load: async () => (await import('./upgrade/upgrade.js')).runUpgrade,
});

const reset = command({
  name: 'reset',
  summary: 'remove all data of the node at the next boot',
  description:
    'Removes /var, /home and /opt: workloads, volumes, the local configuration, host keys, the node password of k3s. ' +
    'Keeps the system configuration and the installed versions. Asks for confirmation unless --yes is given. ' +
    'Works only on an installed node.',
  options: [
    {
      name: 'ephemeral',
      summary: 'remove the data at every boot, but keep the local configuration and the identity',
    },
    { name: 'cancel', summary: 'cancel the reset and keep the data' },
    { name: 'yes', summary: 'do not ask' },
    { name: 'reboot', summary: 'reboot the node afterwards' },
    ROOT,
    FORMAT,
  ],
  examples: [
    { line: 'sudo haos reset --yes --reboot', what: 'start over, as after the installation' },
    { line: 'sudo haos reset --cancel', what: 'before the next boot: keep everything' },
  ],
  load: async () => (await import('./reset/reset.js')).runReset,
});

const nodeStatus = command({
  name: 'status',
  summary: 'show the state of this node on one screen',
  description:
    'Version, addresses, the result of the configuration, the upgrade, and whether Kubernetes reports this node as Ready. ' +
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
      summary: 'check whether this machine has what k3s needs',
      description:
        'Each line shows what was found and, if something is missing, what to do. Changes nothing. ' +
        'The exit status is 0 when nothing is missing, else 4.',
      options: [FORMAT],
      examples: [{ line: 'haos check k3s --format json', what: 'for programs' }],
      load: async () => (await import('./check/check-k3s.js')).runCheckK3s,
    }),
  ],
});

const audit = command({
  name: 'audit',
  summary: 'compare the security settings of this node with what they should be',
  description:
    'Prints PASS, FAIL or SKIP for each check, what was found and where it comes from. Changes nothing. ' +
    'With --root it looks at what files say; checks that need the running system are skipped. ' +
    'The exit status is 0 when no check failed, else 1.',
  options: [
    {
      name: 'only',
      value: 'ID',
      many: true,
      summary: 'only this check, or this area such as ssh; may be given several times',
    },
    ROOT,
    {
      name: 'format',
      value: 'FORMAT',
      choices: ['text', 'json', 'sarif'],
      summary: 'text for people (default), json for programs, or sarif for code scanning',
    },
  ],
  examples: [
    { line: 'sudo haos audit', what: 'all checks' },
    { line: 'sudo haos audit --only ssh --only kernel.kptr_restrict', what: 'an area and a check' },
    { line: 'haos audit --root ./tree --format sarif', what: 'a directory tree, for code scanning' },
  ],
  load: async () => (await import('./audit/run-audit.js')).runAudit,
});

const secureBoot = command({
  name: 'secureboot',
  summary: 'make this machine start only what its owner signed',
  description: 'See docs/secure-boot.md.',
  options: [],
  examples: [
    { line: 'sudo haos secureboot status', what: 'what the firmware verifies, and what to do next' },
  ],
  commands: [
    command({
      name: 'keys',
      summary: 'make the keys of an owner, and the files with which a machine takes them',
      description:
        'Makes PK, KEK and db in the directory DIR, which must not exist. Runs on any machine that has openssl, without root. ' +
        'PK.auth, KEK.auth and db.auth are for `haos secureboot enroll`, db.key and db.crt for the build of a release.',
      operands: 'DIR',
      options: [
        {
          name: 'name',
          value: 'TEXT',
          summary: 'the beginning of the names in the certificates; default: HAOS Secure Boot',
        },
        FORMAT,
      ],
      examples: [
        { line: 'haos secureboot keys ~/haos-keys --name "ACME Berlin"', what: 'on the machine that builds' },
      ],
      load: async () => (await import('./secureboot/make-keys.js')).runMakeKeys,
    }),
    command({
      name: 'enroll',
      summary: 'give the firmware of this machine the keys in a directory',
      description:
        'Works on a node and on a live system, while the firmware is in setup mode. DIR has PK.auth, KEK.auth and db.auth. ' +
        'Refuses if the firmware would then no longer start HAOS from the disks. Asks for confirmation unless --yes is given.',
      operands: 'DIR',
      options: [{ name: 'yes', summary: 'do not ask' }, FORMAT],
      examples: [{ line: 'sudo haos secureboot enroll /run/media/keys', what: 'show the keys, and ask' }],
      load: async () => (await import('./secureboot/enroll.js')).runEnroll,
    }),
    command({
      name: 'status',
      summary: 'show what the firmware verifies, with which keys, and what to do next',
      options: [ROOT, FORMAT],
      examples: [{ line: 'sudo haos secureboot status', what: 'on a node, or on any Linux' }],
      load: async () => (await import('./secureboot/show-status.js')).runSecureBootStatus,
    }),
  ],
});

const encryption = command({
  name: 'encryption',
  summary: 'make and confirm the recovery key of encrypted data',
  description: 'For a node that was installed with haos.install.encrypt. See docs/encryption.md.',
  options: [],
  examples: [{ line: 'sudo haos encryption recovery-key', what: 'make a key, and show it once' }],
  commands: [
    command({
      name: 'recovery-key',
      summary: 'make a recovery key, which opens the data without the passphrase, and show it once',
      description: 'Asks for the passphrase. Replaces an earlier recovery key. It is stored nowhere.',
      options: [],
      examples: [{ line: 'sudo haos encryption recovery-key', what: 'write down what it prints' }],
      load: async () => (await import('./encryption/recovery-key.js')).runRecoveryKey,
    }),
    command({
      name: 'confirm',
      summary: 'confirm that you have the recovery key, by typing it',
      options: [],
      examples: [{ line: 'sudo haos encryption confirm', what: 'until then the status shows a warning' }],
      load: async () => (await import('./encryption/recovery-key.js')).runConfirmRecoveryKey,
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
    summary: 'ask data sources for user data and metadata, and write the answers to /run/config',
    description:
      'Asks the sources in this order until one has user data; default: those that haos.data_sources configures. ' +
      'The exit status is 0, or 4 when no source had anything and one of them failed.',
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
      {
        line: 'sudo haos datasource fetch aws cdrom --dry-run',
        what: 'what these sources have for this machine',
      },
      {
        line: 'haos datasource fetch aws --endpoint http://127.0.0.1:8080 --root ./tree',
        what: 'ask `haos datasource serve`, and write into a directory tree',
      },
    ],
    load: async () => (await import('./datasource/fetch-sources.js')).runFetchSources,
  }),
  command({
    name: 'serve',
    summary: 'simulate the metadata service of a cloud, to try a configuration by hand',
    description:
      'Listens on 127.0.0.1, prints its URL, and runs until it is interrupted. For cdrom it serves a disc image.',
    operands: 'NAME',
    operandChoices: DATA_SOURCE_NAMES,
    options: [
      { name: 'fixture', value: 'FILE', summary: 'the data to serve, as JSON; `-` is standard input' },
      { name: 'port', value: 'PORT', summary: 'the port to listen on; default: a free one' },
    ],
    examples: [{ line: 'haos datasource serve aws --fixture node.json --port 8080', what: 'simulate AWS' }],
    load: async () => (await import('./datasource/serve.js')).runServe,
  }),
];

const datasource = command({
  name: 'datasource',
  summary: 'find the configuration that a cloud or a drive has for this machine',
  options: [],
  examples: [{ line: 'sudo haos datasource fetch --dry-run', what: 'ask the configured sources' }],
  commands: datasourceCommands,
});

const agent = command({
  name: 'agent',
  summary: 'bring this node to what the operator of the fleet wants',
  description:
    'Runs in a pod on each node, with the root of the node at /host; see docs/fleet.md. Prints a line of JSON for each event.',
  options: [
    { name: 'node', value: 'NAME', summary: 'the name of the node; default: NODE_NAME of the environment' },
    { name: 'root', value: 'DIR', summary: 'where the root of the node is; default: /host' },
    {
      name: 'kubeconfig',
      value: 'FILE',
      summary: 'ask the API server that this file names; default: that of the pod',
    },
  ],
  examples: [{ line: 'haos agent', what: 'what the pod haos-agent runs' }],
  load: async () => (await import('./agent/run-agent.js')).runNodeAgent,
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
  summary: 'print the code with which a shell completes the commands, options and values of haos',
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

const CLUSTER = [
  { name: 'context', value: 'NAME', summary: 'as of kubectl: the context of the kubeconfig to use' },
  { name: 'kubeconfig', value: 'FILE', summary: 'as of kubectl: the kubeconfig to use' },
] as const satisfies readonly Option[];
const OUTPUT = {
  name: 'output',
  short: 'o',
  value: 'FORMAT',
  choices: ['text', 'json', 'yaml'],
  summary: 'text for people (default), json or yaml',
} as const satisfies Option;

const fleetRollout = command({
  name: 'rollout',
  summary: 'show and control a rollout',
  options: [],
  examples: [{ line: 'haos kubectl-haos rollout status base', what: 'where each node is' }],
  commands: [
    command({
      name: 'status',
      summary: 'show a rollout, where its nodes are, and why nothing happens',
      operands: 'NAME',
      options: [...CLUSTER, OUTPUT],
      examples: [{ line: 'haos kubectl-haos rollout status base', what: 'the Rollout base' }],
      load: async () => (await import('./fleet/rollout.js')).runRolloutStatus,
    }),
    command({
      name: 'pause',
      summary: 'start no further node; nodes that are being changed finish',
      operands: 'NAME',
      options: CLUSTER,
      examples: [{ line: 'haos kubectl-haos rollout pause base', what: 'until `resume`' }],
      load: async () => (await import('./fleet/rollout.js')).runRolloutPause,
    }),
    command({
      name: 'resume',
      summary: 'continue a rollout that was paused',
      operands: 'NAME',
      options: CLUSTER,
      examples: [{ line: 'haos kubectl-haos rollout resume base', what: 'continue' }],
      load: async () => (await import('./fleet/rollout.js')).runRolloutResume,
    }),
    command({
      name: 'abort',
      summary: 'end a rollout: nodes that apply finish, the others are uncordoned and stay',
      operands: 'NAME',
      options: CLUSTER,
      examples: [{ line: 'haos kubectl-haos rollout abort base', what: 'end it' }],
      load: async () => (await import('./fleet/rollout.js')).runRolloutAbort,
    }),
    command({
      name: 'approve',
      summary: 'approve the plan of a rollout',
      description:
        'Approves the plan that the rollout shows now. With --plan, nothing is approved if that is another one.',
      operands: 'NAME',
      options: [{ name: 'plan', value: 'HASH', summary: 'the plan that was looked at' }, ...CLUSTER],
      examples: [{ line: 'haos kubectl-haos rollout approve base', what: 'what `rollout status` shows' }],
      load: async () => (await import('./fleet/rollout.js')).runRolloutApprove,
    }),
  ],
});

const fleet = command({
  name: 'kubectl-haos',
  summary: 'show and control the nodes of a cluster, as a plugin of kubectl',
  description:
    'Linked as `kubectl-haos` into a directory of PATH, it is `kubectl haos`. It runs `kubectl`, with the ' +
    'credentials of the person.',
  options: [],
  examples: [{ line: 'haos kubectl-haos status', what: 'all nodes, configurations and rollouts' }],
  commands: [
    command({
      name: 'status',
      summary: 'show all nodes, configurations and rollouts',
      options: [...CLUSTER, OUTPUT],
      examples: [{ line: 'haos kubectl-haos status', what: 'the whole fleet' }],
      load: async () => (await import('./fleet/show-fleet.js')).runFleetStatus,
    }),
    command({
      name: 'plan',
      summary: 'show what a node would change',
      description: 'The exit status is 10 when something would change, else 0.',
      operands: 'NODE',
      options: [...CLUSTER, OUTPUT],
      examples: [{ line: 'haos kubectl-haos plan node-1', what: 'before it is released' }],
      load: async () => (await import('./fleet/show-node.js')).runFleetPlan,
    }),
    command({
      name: 'diff',
      summary: 'show the planned changes of the files of a node',
      description: 'The exit status is 10 when something would change, else 0.',
      operands: 'NODE',
      options: [...CLUSTER, OUTPUT],
      examples: [{ line: 'haos kubectl-haos diff node-1', what: 'as unified diffs' }],
      load: async () => (await import('./fleet/show-node.js')).runFleetDiff,
    }),
    command({
      name: 'explain',
      summary: 'show which NodeConfig gives a node a value, and what it overrides',
      description: 'Without KEY it shows all values that NodeConfigs give the node.',
      operands: 'NODE [KEY]',
      options: [...CLUSTER, OUTPUT],
      examples: [{ line: 'haos kubectl-haos explain node-1 haos.sysctls', what: 'where it is from' }],
      load: async () => (await import('./fleet/show-node.js')).runFleetExplain,
    }),
    command({
      name: 'drift',
      summary: 'show the files of nodes that differ from what HAOS wrote',
      operands: '[NODE]',
      options: [...CLUSTER, OUTPUT],
      examples: [{ line: 'haos kubectl-haos drift', what: 'on all nodes' }],
      load: async () => (await import('./fleet/show-node.js')).runFleetDrift,
    }),
    fleetRollout,
  ],
});

const operator = command({
  name: 'operator',
  summary: 'manage the nodes of a cluster until it is interrupted',
  description:
    'The pods of the Deployment haos-operator run it. One process leads at a time; the others wait. ' +
    'It prints a line of JSON for each event, and serves /healthz, /readyz and /metrics over HTTP.',
  options: [
    { name: 'kubeconfig', value: 'FILE', summary: 'outside a pod: how to reach the cluster' },
    { name: 'port', value: 'PORT', summary: 'where to serve; default: 8080' },
  ],
  examples: [{ line: 'haos operator --kubeconfig admin.yaml', what: 'outside of the cluster' }],
  load: async () => (await import('./operator/run-operator.js')).runOperator,
});

function helpFor(names: readonly string[]): Command {
  return command({
    name: 'help',
    summary: 'explain a command, or write the manual pages',
    description:
      'Without COMMAND it lists all commands. `haos help config plan` is `haos config plan --help`.',
    operands: '[COMMAND...]',
    operandChoices: names,
    options: [
      {
        name: 'man',
        value: 'DIR',
        summary: 'write a manual page for each command to this directory, such as haos-config-plan.1',
      },
    ],
    examples: [
      { line: 'haos help config validate', what: 'how to check a configuration' },
      { line: 'haos help --man ~/.local/share/man/man1', what: 'manual pages for `man haos-config`' },
    ],
    load: async () => (await import('./show-help.js')).runHelp,
  });
}

/** Returns all commands in the order of the help. `config` is defined where each start reads it. */
export function allCommands(config: Command): readonly Command[] {
  const parts = [
    ...[
      nodeStatus,
      config,
      migrate,
      datasource,
      install,
      upgrade,
      reset,
      check,
      audit,
      secureBoot,
      encryption,
    ],
    ...[fleet, operator, agent, completion, version],
  ];
  return [...parts, helpFor(parts.map(({ name }) => name))];
}

/** Returns the parts of `haos config`. */
export function configCommands(): readonly Command[] {
  return [validate, plan, explain, status, schema, put, confirm, revert];
}
