import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSeedImage } from '@haos/cc/testing';
import { makeLan } from '../tests/kubernetes/lan.js';
import type { Accelerator } from './accelerator.js';
import { type StartedNode, startNode } from './start-node.js';
import type { StartOptions } from './start-options.mjs';
import { API, type PlannedNode, planNodes } from './start-plan.js';
import { type Readiness, waitUntilReady } from './wait-until-ready.js';

export interface ClusterSetting {
  accelerator: Accelerator;
  /** The path of the kubeconfig for this machine; it exists as long as the machines do. */
  kubeconfig: string;
  /** Memory of this machine in bytes. */
  memory: number;
  /** Returns the QEMU arguments from which a node boots. */
  boot(node: PlannedNode): string[];
}

/** How to start the first machine. */
export interface FirstNode {
  onConsole?: (chunk: Buffer) => void;
  canRestart?: boolean;
}

/**
 * Seconds until the agent of a machine answers after its login, and until Kubernetes is Ready.
 * Emulated machines need most of these.
 */
const AGENT_SECONDS = 600;
const READY_SECONDS = 900;

/** The machines of a start: one, or a server and its agents. */
export class StartedCluster {
  /** For the sockets and for the drives with the token; only root can read it. */
  private readonly directory = mkdtempSync(join(tmpdir(), 'haos-start-'));
  private readonly plan: readonly PlannedNode[];
  private readonly nodes: StartedNode[] = [];

  constructor(
    options: StartOptions,
    private readonly setting: ClusterSetting,
  ) {
    const token = randomBytes(16).toString('hex');
    this.plan = planNodes(options, { total: setting.memory, token, lan: makeLan() });
  }

  /** The path of the kubeconfig for this machine. */
  get kubeconfig(): string {
    return this.setting.kubeconfig;
  }

  /**
   * Starts the first machine. The others follow in `waitUntilReady`, so that they do not slow down
   * its boot.
   */
  async startFirst(options: FirstNode = {}): Promise<StartedNode> {
    const [first] = this.plan;
    if (first === undefined) throw new Error('the plan has no node');
    return this.start(first, options);
  }

  /** Starts the other machines, waits until all nodes are Ready, and writes the kubeconfig. */
  async waitUntilReady(print: (line: string) => void): Promise<Readiness> {
    const [server] = this.nodes;
    if (server === undefined) throw new Error('the first node is not started');
    const { agent, ports, started } = server;
    await agent.ready(AGENT_SECONDS);
    for (const node of this.plan.slice(1)) await this.start(node, {});
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

  private async start(node: PlannedNode, options: FirstNode): Promise<StartedNode> {
    const { name, memory, network } = node;
    const { accelerator, boot } = this.setting;
    const args = [...boot(node), ...network, ...this.seed(node)];
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

  /** Returns arguments for a drive with the configuration of a node. */
  private seed({ name, config }: PlannedNode): string[] {
    if (config === undefined) return [];
    const path = join(this.directory, `${name}.seed`);
    const userData = `#cloud-config\n${JSON.stringify(config)}\n`;
    writeFileSync(path, makeSeedImage({ hostname: name, instanceId: name, sshKeys: [], userData }), {
      mode: 0o600,
    });
    return ['-drive', `file=${path},format=raw,if=virtio,readonly=on`];
  }
}
