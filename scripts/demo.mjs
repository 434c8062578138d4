import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { npmProgram, run, StepFailure } from './run.mjs';

const SAMPLE = 'tests/fixtures/seed/sample.yaml';

/** The least a node's tree has before HAOS configures it. @type {readonly { path: string, mode: number, text: string }[]} */
const NODE_TREE = [
  {
    path: 'etc/passwd',
    mode: 0o644,
    text: 'root:x:0:0:root:/root:/bin/bash\nrancher:x:1000:1000:HAOS:/home/rancher:/bin/bash\n',
  },
  { path: 'etc/group', mode: 0o644, text: 'root:x:0:\nsudo:x:27:rancher\nrancher:x:1000:\n' },
  { path: 'etc/shadow', mode: 0o640, text: 'root:*:20000:0:99999:7:::\nrancher:*:20000:0:99999:7:::\n' },
  { path: 'etc/hosts', mode: 0o644, text: '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' },
  { path: 'etc/hostname', mode: 0o644, text: 'localhost\n' },
];

/**
 * Applies a configuration to a scratch node tree: the plan before, the phase, the tree after it, and a second plan that has
 * to find nothing to do. Nothing of this machine is changed but the scratch directory. The first argument is a configuration
 * file; default: the full sample.
 * @param {string} root
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit status: that of the first command that did not end as it should, else 0
 */
export async function runDemo(root, args) {
  const config = args[0] === undefined ? join(root, SAMPLE) : resolve(args[0]);
  const haos = npmProgram(root, 'haos');
  const tree = makeTree(config);
  const boot = ['--boot', '--root', tree];

  heading(`The configuration: ${relative(process.cwd(), config)}`);
  if (args[0] === undefined)
    console.log(
      'The sample with every key. Its elided SSH key is replaced by an example key that nobody can use.',
    );

  heading('The plan: what the boot phase would change (exit status 10: something)');
  await expectStatus([10], haos, ['config', 'plan', ...boot]);

  heading('The boot phase, applied to the tree');
  await expectStatus([0], haos, ['config', ...boot]);

  heading('The tree that resulted');
  for (const line of listTree(tree)) console.log(line);

  heading('The plan again: nothing is left to do (exit status 0)');
  await expectStatus([0], haos, ['config', 'plan', ...boot]);

  heading('Try more');
  console.log(`The tree is yours: ${tree}
  npx haos config explain haos.labels --root ${tree}
  npx haos config --dump --root ${tree}
  npx haos config plan --root ${tree}
  npm start -- my-config.yaml`);
  return 0;
}

/** @param {string} text */
function heading(text) {
  console.log(`\n## ${text}\n`);
}

/** @param {string} config @returns {string} */
function makeTree(config) {
  const tree = mkdtempSync(join(tmpdir(), 'haos-demo-'));
  const files = [
    ...NODE_TREE,
    { path: 'haos/system/config.yaml', mode: 0o600, text: readFileSync(config, 'utf8') },
  ];
  for (const { path, mode, text } of files) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
    chmodSync(join(tree, path), mode);
  }
  mkdirSync(join(tree, 'home', 'rancher'), { recursive: true });
  return tree;
}

/** @param {readonly number[]} wanted @param {string} program @param {readonly string[]} args */
async function expectStatus(wanted, program, args) {
  console.log(`$ haos ${args.join(' ')}`);
  const status = await run(program, args);
  if (wanted.includes(status)) return;
  throw new StepFailure(
    `haos ${args.join(' ')}: exit status ${status} instead of ${wanted.join(' or ')}`,
    status === 0 ? 1 : status,
  );
}

/** @param {string} tree @returns {string[]} one line per file and link, in the order of their names */
function listTree(tree) {
  const entries = readdirSync(tree, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return files.sort().map((file) => {
    const stat = lstatSync(file);
    const link = stat.isSymbolicLink() ? ` -> ${readlinkSync(file)}` : '';
    return `${(stat.mode & 0o7777).toString(8).padStart(4, '0')}  /${relative(tree, file)}${link}`;
  });
}
