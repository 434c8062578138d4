import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseForwardedPorts } from '../../scripts/forwarded-ports.js';
import { JsonChannel } from '../../scripts/json-channel.js';
import { moveKubeconfig, parseNodes, readKubeconfig } from '../../scripts/kubernetes-api.js';
import { isLive, readStartOptions, START_USAGE } from '../../scripts/start-options.mjs';
import { chooseMemory, planNodes } from '../../scripts/start-plan.js';
import { makeLan } from '../kubernetes/lan.js';

describe('the arguments of npm start', () => {
  it('are kernel arguments, unless they are options', () => {
    expect(readStartOptions(['haos.mode=install', '--k3s', './k3s', 'rescue'], true)).toEqual({
      disk: false,
      nodes: 1,
      builder: ['--k3s', './k3s'],
      words: ['haos.mode=install', 'rescue'],
    });
    expect(readStartOptions(['--nodes', '3', '--k3s-mirror', 'https://mirror'], false)).toMatchObject({
      nodes: 3,
      builder: ['--k3s-mirror', 'https://mirror'],
    });
    expect(readStartOptions(['--no-k3s'], false)).toMatchObject({ builder: ['--no-k3s'] });
  });

  it.each([
    [['--unknown'], true],
    [['--disk'], false],
    [['--disk', 'rescue'], true],
    [['--nodes', '0'], true],
    [['--nodes', '1.5'], true],
    [['--nodes', '10'], true],
    [['--nodes', 'many'], true],
    [['--nodes', '2', '--disk'], true],
    [['--nodes', '2', '--no-k3s'], true],
    [['--nodes', '2', 'haos.mode=install'], true],
    [['--nodes', '2', 'rescue'], true],
  ])('%j are wrong usage', (argv, hasTerminal) => {
    expect(() => readStartOptions(argv, hasTerminal)).toThrow(
      expect.objectContaining({ status: 2, message: expect.stringContaining(START_USAGE) }),
    );
  });

  it.each(['disk', 'k3s', 'nodes'])('are wrong if npm took --%s as its own option', (name) => {
    expect(() => readStartOptions([], true, { [`npm_config_${name}`]: 'true' })).toThrow(
      expect.objectContaining({ status: 2, message: expect.stringContaining(`npm start -- --${name}`) }),
    );
  });

  it('may request help, which is not a failure', () => {
    expect(() => readStartOptions(['--help'], false)).toThrow(
      expect.objectContaining({ status: 0, message: START_USAGE }),
    );
  });
});

describe('a machine', () => {
  it.each([
    [[], true],
    [['haos.mode=live', 'hostname=a'], true],
    [['haos.mode=lively'], false],
    [['HAOS.MODE=install'], false],
    [['rescue'], false],
  ])('with the words %j is live: %s', (words, expected) => {
    expect(isLive(words)).toBe(expected);
  });

  it.each([
    [2, 1, 2048],
    [6, 1, 3072],
    [8, 1, 4096],
    [64, 1, 4096],
    [16, 3, 2048],
    [24, 3, 4096],
  ])('on a host with %i GiB that starts %i of them has %i MiB', (total, nodes, memory) => {
    expect(chooseMemory(total * 2 ** 30, nodes)).toBe(memory);
  });
});

describe('the plan of a start', () => {
  const setting = { total: 32 * 2 ** 30, token: 'sesame', lan: makeLan() };

  it('is one machine with its own words by default', () => {
    expect(planNodes({ nodes: 1, words: ['hostname=a'] }, setting)).toMatchObject([
      { words: ['hostname=a'] },
    ]);
  });

  it('connects all nodes, and lets the agents join the server by its address', () => {
    const plan = planNodes({ nodes: 3, words: ['haos.debug'] }, setting);

    expect(plan.map(({ words }) => words)).toEqual(
      ['node1', 'node2', 'node3'].map((name, index) => [
        'haos.debug',
        `hostname=${name}`,
        expect.stringMatching(new RegExp(`^boot_cmd=printf '.*IPv4=10[.]77[.]0[.]${index + 1}/`)),
        'haos.data_source=cdrom',
      ]),
    );
    const lans = plan.map(({ network }) => network.find((text) => text.includes('mcast=')));
    expect(lans[0]).toBeDefined();
    expect(new Set(lans).size).toBe(1);
    expect(plan.map(({ config }) => config)).toMatchObject([
      { haos: { token: 'sesame', k3s_args: ['server', '--node-ip=10.77.0.1', '--flannel-iface=eth1'] } },
      { haos: { token: 'sesame', server_url: 'https://10.77.0.1:6443' } },
      { haos: { token: 'sesame', server_url: 'https://10.77.0.1:6443' } },
    ]);
  });

  it('gives the configured host name only to the server', () => {
    const plan = planNodes({ nodes: 2, words: ['hostname=main'] }, setting);

    expect(plan.map(({ words }) => words.filter((word) => word.startsWith('hostname=')))).toEqual([
      ['hostname=main'],
      ['hostname=node2'],
    ]);
  });

  it('has a unique hardware address for each machine, and no token among the words', () => {
    const plan = planNodes({ nodes: 9, words: [] }, setting);

    const addresses = plan.flatMap(({ network }) =>
      network.flatMap((text) => /mac=(\S+)/.exec(text)?.[1] ?? []),
    );
    expect(new Set(addresses).size).toBe(9);
    expect(plan.flatMap(({ words }) => words).join(' ')).not.toMatch(/token|sesame/i);
  });
});

describe('what QEMU and Kubernetes answer', () => {
  it('names the ports that QEMU chose', () => {
    const text = `Hub 0 (outside):
  Protocol[State]    Fd  Source Address  Port   Dest. Address  Port RecvQ SendQ
  TCP[HOST_FORWARD]  13       127.0.0.1 40613       10.0.2.15  6443     0     0
  TCP[HOST_FORWARD]  12       127.0.0.1 42249       10.0.2.15    22     0     0
  UDP[236 sec]       20       10.0.2.15 48130        10.0.2.3    53     0     0
`;
    expect([...parseForwardedPorts(text)]).toEqual([
      [6443, 40613],
      [22, 42249],
    ]);
  });

  it.each([
    ['YAML', 'clusters:\n- cluster:\n    server: https://127.0.0.1:6443\n    client-key-data: a2V5\n'],
    ['JSON', '{"clusters":[{"cluster":{"server":"https://127.0.0.1:6443","client-key-data":"a2V5"}}]}'],
  ])('is a kubeconfig in %s for the port that leads to the server', (_format, text) => {
    const moved = moveKubeconfig(text, 40613);

    expect(moved).toBe(text.replace('6443', '40613'));
    expect(readKubeconfig(moved, 'server')).toBe('https://127.0.0.1:40613');
    expect(readKubeconfig(moved, 'client-key-data')).toBe('a2V5');
    expect(readKubeconfig(moved, 'client-certificate-data')).toBeUndefined();
  });

  it('says which nodes are Ready', () => {
    const item = (name: string, status?: string) => ({
      metadata: { name },
      ...(status && {
        status: {
          conditions: [
            { type: 'DiskPressure', status: 'True' },
            { type: 'Ready', status },
          ],
        },
      }),
    });
    const items = [item('a', 'True'), item('b', 'Unknown'), item('c')];

    expect(parseNodes(JSON.stringify({ items }))).toEqual([
      { name: 'a', isReady: true },
      { name: 'b', isReady: false },
      { name: 'c', isReady: false },
    ]);
  });
});

describe('a channel to QEMU', () => {
  let directory: string;
  let channel: JsonChannel;
  let socket: Socket;
  /** Returns what the other end answers to a command. */
  let answer: (id: number) => string;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'haos-channel-'));
    channel = await JsonChannel.listen(join(directory, 'socket'));
    socket = connect(join(directory, 'socket'));
    socket.write('{"QMP": {}}\n');
    socket.on('data', (line) => socket.write(answer(JSON.parse(line.toString()).id)));
  });

  afterEach(() => {
    channel.close();
    socket.destroy();
    rmSync(directory, { recursive: true });
  });

  it('returns the answer with the number of the command', async () => {
    answer = (id) => `{"event":"STOP"}\n{"return":"another","id":${id + 1}}\n{"return":"this","id":${id}}\n`;

    expect(await channel.execute('ask')).toBe('this');
  });

  it('fails with the error of a command, after a timeout, and when the machine ends', async () => {
    answer = (id) => `{"error":{"class":"GenericError","desc":"no such file"},"id":${id}}\n`;
    await expect(channel.execute('ask')).rejects.toThrow('no such file');

    answer = () => '';
    await expect(channel.execute('ask', {}, 0.05)).rejects.toThrow('no answer within 0.05 s');

    const asked = channel.execute('ask');
    socket.destroy();
    await expect(asked).rejects.toThrow('the machine ended');
    await expect(channel.execute('ask')).rejects.toThrow('the machine ended');
  });
});
