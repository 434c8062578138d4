import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSeedImage } from '@haos/cc/testing';
import type { Accelerator } from './accelerator.js';
import { StepFailure } from './run.mjs';
import { type StartedNode, startNode } from './start-node.js';
import type { StartOptions } from './start-options.mjs';
import { API, type PlannedNode, planNodes, SERVER } from './start-plan.js';
import { type Readiness, waitUntilReady } from './wait-until-ready.js';

export interface ClusterSetting {
  accelerator: Accelerator;
  /** Where the kubeconfig for this machine goes; it is there as long as the machines are. */
  kubeconfig: string;
  /** Bytes of memory of this machine. */
  memory: number;
  /** What a node boots from, as arguments of QEMU. */
  boot(node: PlannedNode): string[];
}

/** How the first machine is started. */
export interface FirstNode {
  onConsole?: (chunk: Buffer) => void;
  canRestart?: boolean;
}

/** Seconds from the log-in of a machine, which its agent follows, and until Kubernetes is Ready. Emulated machines need most of it. */
const AGENT_SECONDS = 600;
const READY_SECONDS = 900;

/** The machines of a start: one, or a server and its agents. */
export class StartedCluster {
  /** Of the sockets and of the drives with the token; only root may look into it. */
  private readonly directory = mkdtempSync(join(tmpdir(), 'haos-start-'));
  private readonly plan: readonly PlannedNode[];
  private readonly token = randomBytes(16).toString('hex');
  private readonly nodes: StartedNode[] = [];

  constructor(
    options: StartOptions,
    private readonly setting: ClusterSetting,
  ) {
    this.plan = planNodes(options, { total: setting.memory, directory: this.directory });
  }

  /** Where the kubeconfig for this machine goes. */
  get kubeconfig(): string {
    return this.setting.kubeconfig;
  }

  /** Starts the first machine; the others follow in `waitUntilReady`, when they know where the server is. */
  async startFirst(options: FirstNode = {}): Promise<StartedNode> {
    const [first] = this.plan;
    if (first === undefined) throw new Error('a plan has a node');
    return this.start(first, options);
  }

  /** Starts the other machines, waits until all nodes are Ready, and writes the kubeconfig. */
  async waitUntilReady(print: (line: string) => void): Promise<Readiness> {
    const [server] = this.nodes;
    if (server === undefined) throw new Error('the first node was started');
    const { agent, ports, started } = server;
    await agent.ready(AGENT_SECONDS);
    await this.startOthers(server);
    return waitUntilReady({
      ...{ agent, started, print },
      port: ports.get(API) ?? 0,
      nodes: this.plan.length,
      seconds: READY_SECONDS,
      onKubeconfig: (text) => {
        writeFileSync(this.setting.kubeconfig, '', { mode: 0o600 });
        writeFileSync(this.setting.kubeconfig, text);
      },
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    rmSync(this.directory, { recursive: true, force: true });
    rmSync(this.setting.kubeconfig, { force: true });
  }

  private async startOthers({ agent }: StartedNode): Promise<void> {
    const [, ...others] = this.plan;
    if (others.length === 0) return;
    const { output } = await agent.run(
      "ip -4 -o address show dev eth0 | sed -n 's/.* inet \\([0-9.]*\\).*/\\1/p'",
    );
    if (!/^[\d.]+$/.test(output))
      throw new StepFailure('the server has no address on the network of the machines');
    for (const node of others) {
      const words = node.words.map((word) => word.replace(SERVER, output));
      await this.start({ ...node, words }, {});
    }
  }

  private async start(node: PlannedNode, options: FirstNode): Promise<StartedNode> {
    const { name, memory, network } = node;
    const { accelerator, boot } = this.setting;
    const args = [...boot(node), ...network, ...this.seed(name)];
    const started = await startNode(this.directory, {
      ...options,
      name: `start-${name}`,
      args,
      memory,
      accelerator,
    });
    this.nodes.push(started);
    return started;
  }

  /** A drive with the token that the nodes have in common. */
  private seed(name: string): string[] {
    if (this.plan.length === 1) return [];
    const path = join(this.directory, `${name}.seed`);
    const userData = `#cloud-config\nhaos: { token: ${this.token} }\n`;
    writeFileSync(path, makeSeedImage({ hostname: name, instanceId: name, sshKeys: [], userData }), {
      mode: 0o600,
    });
    return ['-drive', `file=${path},format=raw,if=virtio,readonly=on`];
  }
}
