import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { median, runNode, runPairs } from './measure.js';

const ROUNDS = 31;

/**
 * Measures the start of the program with three files and a kernel command line, against an empty
 * script on the same Node.
 */
export function measureStartUp(root: string, scratch: string): string[] {
  const tree = makeTree(root, join(scratch, 'tree'));
  const empty = join(scratch, 'empty.cjs');
  writeFileSync(empty, '');
  const forms = [
    { name: 'as npm installs it', program: join(root, 'bin/haos.cjs'), goal: 1.7 },
    { name: 'with the code cache', program: withCodeCache(root, join(scratch, 'cached')), goal: 1.25 },
  ];
  return forms.map(({ name, program, goal }) => {
    const dump = () => runNode([program, 'config', '--dump-json', '--root', tree]);
    const pairs = runPairs(ROUNDS, () => runNode([empty]), dump);
    const ratio = median(pairs.map(([base, ours]) => ours.cpu / base.cpu));
    const base = median(pairs.map(([{ cpu }]) => cpu));
    const peak = median(pairs.map(([, ours]) => ours.peak));
    return `${name}: ${ratio.toFixed(2)}x of an empty script's ${base.toFixed(0)} ms (goal ${goal}), peak ${peak.toFixed(1)} MiB (goal 45)`;
  });
}

function makeTree(root: string, tree: string): string {
  const files: Record<string, string> = {
    'var/lib/rancher/HAOS/config.yaml': 'hostname: local\nhaos:\n  labels:\n    region: eu-west-1\n',
    'var/lib/rancher/HAOS/config.d/50-token': 'haos:\n  token: bench\n',
    'proc/cmdline': 'BOOT_IMAGE=/vmlinuz console=ttyS0 haos.sysctl[kernel.printk]="4 4 1 7"\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  mkdirSync(join(tree, 'haos/system'), { recursive: true });
  copyFileSync(join(root, 'tests/fixtures/seed/sample.yaml'), join(tree, 'haos/system/config.yaml'));
  return tree;
}

/** Copies the program, with the caches that are part of an image. */
function withCodeCache(root: string, directory: string): string {
  cpSync(join(root, 'bin'), directory, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|types|src)$|\.cache$/.test(path),
  });
  runNode([join(directory, 'build-cache.cjs')]);
  return join(directory, 'haos.cjs');
}
