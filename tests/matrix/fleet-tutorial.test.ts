import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIso, liveArguments } from '../../scripts/live-iso.js';
import { readStartOptions } from '../../scripts/start-options.mjs';
import { StartedCluster } from '../../scripts/started-cluster.js';
import { packImages, prepareKubernetes } from '../kubernetes/haos-image.js';
import type { Machine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';

/** Gives a node the images that k3s downloads elsewhere: its first drive has them. */
const LOAD_IMAGES =
  'boot_cmd=mkdir -p /media/images /var/lib/rancher/k3s/agent/images && ' +
  'mount -t squashfs -o ro /dev/vda /media/images && ' +
  'ln -s /media/images/*.tar /var/lib/rancher/k3s/agent/images/';

/** Seconds until a command prints what the page shows: the agents of slow nodes report late. */
const LIMIT = 1800;

/** Milliseconds between two tries: a command takes the processor from the server that it asks. */
const PAUSE = 60_000;

/** Milliseconds after a change, as the page says: nodes keep it once the operator has seen it. */
const SETTLE = 180_000;
const CHANGED = / (?:created|patched|approved)\b/;

interface Step {
  /** A command, with the lines of its here-document. */
  command: string;
  /** What the page shows below it. */
  output: string;
}

const [, tutorial = ''] =
  /^## Try it on this machine\n(.*?)^## /ms.exec(readFileSync(join(ROOT, 'docs/fleet.md'), 'utf8')) ?? [];
const [, start = ''] = /^npm start -- (.*)$/m.exec(tutorial) ?? [];

/** The commands of the page that are typed at the prompt of the first node. */
const steps = [...tutorial.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  readSteps(block.split('\n')),
);

function readSteps(lines: readonly string[]): Step[] {
  const found: Step[] = [];
  let isInCommand = false;
  for (const line of lines) {
    const step = found.at(-1);
    if (line.startsWith('$ ')) found.push({ command: line.slice(2), output: '' });
    else if (step && isInCommand) step.command += `\n${line}`;
    else if (step) step.output += `${line}\n`;
    isInCommand = line.endsWith("<<'END'") || (isInCommand && line !== 'END');
  }
  return found;
}

/** What differs from one machine to the next: a version, and a time. */
const VARYING = [/^v?\d+\.\d\S*$/, /^\d{4}-\d\d-\d\dT\S+$/];

/**
 * Returns a pattern for a line: its words in their order, with any versions, times, durations and
 * digests, and any distances between them.
 */
function patternOf(line: string): RegExp {
  const words = line
    .trim()
    .split(/\s+/)
    .map((word) => {
      if (VARYING.some((pattern) => pattern.test(word))) return '\\S+';
      return word
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replace(/\b(?:\d+[dhms])+\b/g, '(?:\\d+[dhms])+')
        .replace(/\b[0-9a-f]{8,}\b/g, '[0-9a-f]+');
    });
  return new RegExp(`^\\s*${words.join('\\s+')}\\s*$`, 'm');
}

describe('the tutorial of docs/fleet.md', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-tutorial-'));
  let cluster: StartedCluster;
  let machine: Machine;

  beforeAll(async () => {
    const options = readStartOptions(start.split(' '), true);
    const { k3s, images } = prepareKubernetes();
    const iso = await buildIso(ROOT, ['--kernel', 'cloud', '--k3s', k3s.path]);
    const drive = ['-drive', `file=${packImages(directory, [images])},format=raw,if=virtio,readonly=on`];
    cluster = new StartedCluster(options, {
      accelerator: 'tcg',
      kubeconfig: join(directory, 'kubeconfig'),
      memory: totalmem(),
      boot: ({ name, words }) => [
        ...liveArguments(iso, join(directory, name), [...words, LOAD_IMAGES]),
        ...drive,
      ],
    });
    ({ machine } = await cluster.startFirst());
    await machine.logIn();
    expect(await cluster.waitUntilReady(console.log)).toBe('ready');
  });

  afterAll(async () => {
    await cluster?.stop();
    rmSync(directory, { recursive: true });
  });

  it('has commands', () => {
    expect(steps.length).toBeGreaterThan(10);
  });

  it.each(steps)(
    '$command',
    async ({ command, output }) => {
      const text = command.replaceAll("'", "'\\''");
      const lines = output.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '...');
      const end = Date.now() + LIMIT * 1000;
      for (;;) {
        const { output: printed } = await machine.run(`su -l rancher -c '${text}'`, 600);
        console.log(`$ ${command}\n${printed}\n`);
        const missing = lines.filter((line) => !patternOf(line).test(printed));
        if (missing.length === 0) {
          if (CHANGED.test(output)) await pause(SETTLE);
          return;
        }
        expect(Date.now(), `it does not print:\n${missing.join('\n')}`).toBeLessThan(end);
        await pause(PAUSE);
      }
    },
    LIMIT * 1500,
  );
});
