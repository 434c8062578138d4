import { type Machine, type MachineOptions, startMachine } from '../tests/vm/machine.js';
import { type ForwardedPorts, readForwardedPorts } from './forwarded-ports.js';
import { GuestAgent } from './guest-agent.js';
import { JsonChannel } from './json-channel.js';

/** A machine with its guest agent and the ports that lead to it. */
export interface StartedNode {
  name: string;
  machine: Machine;
  agent: GuestAgent;
  ports: ForwardedPorts;
  /** As of performance.now(). */
  started: number;
  stop(): Promise<void>;
}

/** Starts a machine; its sockets are in `directory`. */
export async function startNode(directory: string, options: MachineOptions): Promise<StartedNode> {
  const { name } = options;
  const [agentPath, monitorPath] = [`${directory}/${name}.agent`, `${directory}/${name}.qmp`];
  const agent = await GuestAgent.listen(agentPath);
  const monitor = await JsonChannel.listen(monitorPath);
  const started = performance.now();
  const channels = [...GuestAgent.arguments(agentPath), '-qmp', `unix:${monitorPath}`];
  const machine = await startMachine({ ...options, args: [...options.args, ...channels] });
  const stop = async () => {
    await machine.stop();
    agent.close();
    monitor.close();
  };
  try {
    return { name, machine, agent, ports: await readForwardedPorts(monitor), started, stop };
  } catch (error) {
    await machine.ended(10).finally(stop); // throws if KVM ended the machine
    throw error;
  } finally {
    monitor.close();
  }
}
