import type { Command, Option } from './command.js';

const ROOT: Option = {
  name: 'root',
  value: 'DIR',
  summary: 'work on the system in this directory; default: the running machine, as root',
};
const FORMAT: Option = {
  name: 'format',
  value: 'FORMAT',
  choices: ['text', 'json'],
  summary: 'text for people (default) or json for programs',
};
const STRICT: Option = { name: 'strict', summary: 'take warnings, such as unknown keys, for errors' };
const PHASES: readonly Option[] = [
  { name: 'initrd', summary: 'the phase before the root disk is mounted' },
  { name: 'boot', summary: 'the phase before services start; there is no network yet' },
  { name: 'install', summary: 'only k3s, after "configure server or agent"' },
];

const validate: Command = {
  name: 'validate',
  summary: 'check configuration files, without touching any machine',
  description:
    'Each FILE is checked by itself; `-` is standard input, and patterns such as `nodes/**/*.yaml` are expanded.\n' +
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
      choices: ['text', 'json', 'github', 'sarif'],
      summary: 'text for people (default), json, github annotations, or sarif',
    },
  ],
  examples: [
    { line: 'haos config validate node.yaml', what: 'one file' },
    { line: "haos config validate --format github 'nodes/**/*.yaml'", what: 'many, in a GitHub workflow' },
    { line: 'curl -s https://config.example/node.yaml | haos config validate -', what: 'standard input' },
  ],
  load: async () => (await import('./config/validate.js')).runValidate,
};

const plan: Command = {
  name: 'plan',
  summary: 'show what a phase would change, without changing anything',
  description:
    'Nothing is written, run or downloaded. Without a phase option it is the runtime phase that is planned.\n' +
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
};

const explain: Command = {
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
};

const status: Command = {
  name: 'status',
  summary: 'show what each phase did in this boot',
  description:
    'The exit status is 0 when every phase that ran is done, 4 when one has failures,\n' +
    '1 when none ran or one has not ended.',
  options: [ROOT, FORMAT],
  examples: [{ line: 'sudo haos config status', what: 'after a boot' }],
  load: async () => (await import('./config/status.js')).runStatus,
};

const schema: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of the configuration, for editors',
  options: [],
  examples: [{ line: 'haos config schema > cloud-config.schema.json', what: 'a file that editors can use' }],
  load: async () => (await import('./config/schema.js')).runSchema,
};

const put: Command = {
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
};

const config: Command = {
  name: 'config',
  summary: 'apply, show and check the configuration',
  description:
    'Without --dump or --dump-json it applies the configuration in a phase: runtime, unless another is named.\n' +
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
};

/** Everything the program does; help and arguments follow from it. */
export const haos: Command = {
  name: 'haos',
  summary: 'configure a HAOS node',
  description:
    'A node is configured by one cloud-config: /haos/system/config.yaml, the kernel command line,\n' +
    '/var/lib/rancher/HAOS/config.yaml and config.d/*, merged in this order.',
  options: [{ name: 'version', summary: 'print the version' }],
  examples: [
    { line: 'haos config validate node.yaml', what: 'check a configuration before it is used' },
    { line: 'sudo haos config plan', what: 'see what would change on this node' },
    { line: 'sudo haos config', what: 'apply the configuration' },
  ],
  commands: [config],
};
