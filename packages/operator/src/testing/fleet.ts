import { digest } from '../config/digest.js';
import type { Patch } from '../controller/patch.js';
import type { DrainState, ProbeResult, Snapshot } from '../controller/snapshot.js';
import type { KubernetesObject, Node, Secret } from '../objects/metadata.js';
import { ANNOTATIONS, API_VERSION, nodeIdentity, SECRET_KEYS } from '../objects/names.js';
import type { NodeConfig, NodeConfigSpec } from '../objects/node-config.js';
import type { NodeParts } from '../objects/node-parts.js';
import { ACTIONS, type NodeState, type NodeStateStatus } from '../objects/node-state.js';
import type { Rollout, RolloutSpec } from '../objects/rollout.js';
import { isActive, stepOf } from '../rollout/node-step.js';

/** A node of the simulation. */
export interface SimulatedNode {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  isServer?: boolean;
  isReady?: boolean;
  /** Whether a person cordoned it. */
  isCordoned?: boolean;
  /** Whether its agent and its kubelet are silent. */
  isGone?: boolean;
  /** What its evictions wait for. */
  budget?: string;
}

type Json = Record<string, unknown>;

/**
 * A cluster in memory with its nodes and their agents. Server-side apply has owners of fields, so
 * that a field that its owner leaves out is gone, and one with another owner stays.
 */
export class Fleet {
  readonly #bases = new Map<string, KubernetesObject>();
  readonly #fields = new Map<string, Map<string, Json>>();
  readonly #drained = new Set<string>();
  readonly probes = new Map<string, ProbeResult>();
  readonly events: Patch[] = [];
  readonly nodes: SimulatedNode[];
  isUninstalling = false;
  #serial = 0;

  constructor(nodes: readonly SimulatedNode[]) {
    this.nodes = nodes.map((node) => ({ ...node }));
    for (const { name } of nodes) this.#create({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  }

  config(name: string, spec: NodeConfigSpec): void {
    this.#put({ apiVersion: API_VERSION, kind: 'NodeConfig', metadata: { name }, ...{ spec } });
  }

  rollout(name: string, spec: RolloutSpec): void {
    this.#put({ apiVersion: API_VERSION, kind: 'Rollout', metadata: { name }, ...{ spec } });
  }

  secret(name: string, data: Readonly<Record<string, string>>): void {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    this.#put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      ...{ data: Object.fromEntries(encoded) as Json },
    });
  }

  remove(kind: string, name: string): void {
    this.#bases.delete(`${kind}/${name}`);
    this.#fields.delete(`${kind}/${name}`);
  }

  /** Gives an object annotations, as a person does. */
  annotate(kind: string, name: string, annotations: Readonly<Record<string, string>>): void {
    const key = `${kind}/${name}`;
    const { metadata, ...object } = this.#bases.get(key)!;
    this.#bases.set(key, { ...object, metadata: { ...metadata, annotations } });
  }

  get<Kind extends KubernetesObject>(kind: Kind['kind'], name: string): Kind | undefined {
    const key = `${kind}/${name}`;
    const base = this.#bases.get(key);
    if (base === undefined) return undefined;
    const fields = [...(this.#fields.get(key)?.values() ?? [])];
    return fields.reduce<Json>(merge, structuredClone(base) as unknown as Json) as unknown as Kind;
  }

  list<Kind extends KubernetesObject>(kind: Kind['kind']): Kind[] {
    return [...this.#bases.values()]
      .filter((base) => base.kind === kind)
      .flatMap(({ metadata }) => this.get<Kind>(kind, metadata.name) ?? []);
  }

  snapshot(): Snapshot {
    return {
      nodes: this.nodes.map((node) => this.#nodeOf(node)),
      nodeConfigs: this.list<NodeConfig>('NodeConfig'),
      nodeStates: this.list<NodeState>('NodeState'),
      rollouts: this.list<Rollout>('Rollout'),
      secrets: this.list<Secret>('Secret'),
      identities: [...['ServiceAccount', 'Role', 'RoleBinding'].flatMap((kind) => this.list(kind))],
      drains: new Map(this.nodes.flatMap((node) => this.#drainOf(node))),
      probes: this.probes,
      isUninstalling: this.isUninstalling,
    };
  }

  perform(patch: Patch): void {
    switch (patch.kind) {
      case 'event':
        this.events.push(patch);
        return;
      case 'drain':
        if (this.nodes.find(({ name }) => name === patch.node)?.budget === undefined)
          this.#drained.add(patch.node);
        return;
      case 'cordon':
        this.cordon(patch.node, patch.rollout);
        return;
      case 'delete':
        this.remove(patch.object.kind, patch.object.metadata.name);
        return;
      case 'apply':
        this.#apply(patch);
    }
  }

  /** Cordons a node for a Rollout, or takes that back. */
  cordon(name: string, rollout: string | undefined): void {
    const key = `Node/${name}`;
    const { metadata, ...node } = this.#bases.get(key)!;
    const isOurs = rollout !== undefined;
    const annotations = { ...(isOurs && { [ANNOTATIONS.cordonedBy]: rollout }) };
    const spec = { ...(isOurs && { unschedulable: true }) };
    this.#bases.set(key, { ...node, metadata: { ...metadata, annotations }, ...{ spec } });
  }

  /** Uncordons a node as a person does, who leaves the annotation. */
  uncordon(name: string): void {
    const key = `Node/${name}`;
    this.#bases.set(key, { ...this.#bases.get(key)!, ...{ spec: {} } });
  }

  /** Lets every agent read its Secret, act, and report. */
  tick(now: Date): void {
    for (const node of this.nodes) if (!node.isGone) this.#runAgent(node, now);
  }

  #apply({ object, manager, subresource }: Extract<Patch, { kind: 'apply' }>): void {
    const key = `${object.kind}/${object.metadata.name}`;
    const present = this.#bases.get(key);
    if (object.metadata.uid !== undefined && present?.metadata.uid !== object.metadata.uid)
      throw new Error(`${key}: the uid is another`);
    if (present === undefined)
      this.#create({
        apiVersion: object.apiVersion,
        kind: object.kind,
        metadata: { name: object.metadata.name },
      });
    const fields = this.#fields.get(key) ?? new Map<string, Json>();
    fields.set(`${manager}/${subresource}`, structuredClone(object) as unknown as Json);
    this.#fields.set(key, fields);
  }

  #create(object: KubernetesObject): void {
    const uid = `uid-${++this.#serial}`;
    this.#bases.set(`${object.kind}/${object.metadata.name}`, {
      ...object,
      metadata: { ...object.metadata, uid, generation: 1, resourceVersion: uid },
    });
  }

  #put(object: KubernetesObject): void {
    const key = `${object.kind}/${object.metadata.name}`;
    const old = this.#bases.get(key);
    if (old === undefined) {
      this.#create(object);
      return;
    }
    const generation = (old.metadata.generation ?? 0) + 1;
    this.#bases.set(key, {
      ...object,
      metadata: { ...old.metadata, generation, resourceVersion: `v-${++this.#serial}` },
    });
  }

  #nodeOf({ name, labels, isServer, isReady = true, isCordoned, isGone }: SimulatedNode): Node {
    const node = this.get<Node>('Node', name)!;
    const server = {
      'node-role.kubernetes.io/control-plane': 'true',
      'node-role.kubernetes.io/etcd': 'true',
    };
    const status = isReady && !isGone ? 'True' : 'False';
    return {
      ...node,
      metadata: { ...node.metadata, labels: { 'haos.io/mode': 'disk', ...(isServer && server), ...labels } },
      spec: { ...node.spec, ...(isCordoned && { unschedulable: true }) },
      status: {
        conditions: [
          { type: 'Ready', status },
          { type: 'EtcdIsVoter', status },
        ],
      },
    };
  }

  #drainOf({ name, budget }: SimulatedNode): [string, DrainState][] {
    const state = this.get<NodeState>('NodeState', name);
    if (state === undefined || stepOf(state)?.step !== 'Drain') {
      this.#drained.delete(name);
      return [];
    }
    const blocked = budget === undefined ? {} : { blocked: { pod: 'web/web-0', message: budget } };
    return [[name, { remaining: this.#drained.has(name) ? 0 : 1, ...blocked }]];
  }

  #runAgent(node: SimulatedNode, now: Date): void {
    const state = this.get<NodeState>('NodeState', node.name);
    const text = this.get<Secret>('Secret', nodeIdentity(node.name))?.data?.[SECRET_KEYS.parts];
    if (state === undefined || text === undefined) return;
    const parts = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as NodeParts;
    const status = runSimulatedAgent(parts, state.status ?? {}, now);
    this.perform({
      kind: 'apply',
      manager: 'haos-agent',
      subresource: 'status',
      object: { apiVersion: API_VERSION, kind: 'NodeState', metadata: { name: node.name }, ...{ status } },
    });
  }

  /** Returns the nodes that are being changed. */
  changing(): string[] {
    return this.list<NodeState>('NodeState')
      .filter((state) => isActive(stepOf(state)))
      .map(({ metadata }) => metadata.name);
  }
}

/** Text of a part that breaks the node: the agent goes back automatically. */
export const POISON = 'vm.poison';
/** Text of a part that needs a reboot. */
export const REBOOT = 'vm.reboot';
/** A version that does not work. */
export const BROKEN_VERSION = 'v6.6.6';

/** Returns what an agent reports next. */
export function runSimulatedAgent(parts: NodeParts, before: NodeStateStatus, now: Date): NodeStateStatus {
  const { config = {} } = before;
  const text = parts.parts.map((part) => part.text).join('');
  const isDone = config.applied === parts.hash;
  const action = isDone ? 'None' : text.includes(REBOOT) ? 'Reboot' : 'Reload';
  const plan = {
    wanted: parts.hash,
    hash: before.plan?.wanted === parts.hash ? before.plan.hash : digest([parts.hash, action]),
    action: before.plan?.wanted === parts.hash ? before.plan.action : action,
    operations: [],
  } as const;
  const isTried = config.attempted === parts.hash && config.attempt === parts.attempt;
  const mayNot =
    !parts.apply ||
    ACTIONS.indexOf(action) > ACTIONS.indexOf(parts.allow) ||
    (parts.planHash !== undefined && parts.planHash !== plan.hash);
  const status = { ...before, haos: before.haos ?? { version: 'v1' }, plan, heartbeat: now.toISOString() };
  const upgraded = { ...status, ...upgrade(parts, status) };
  if (isDone) return { ...upgraded, config: { ...config, wanted: parts.hash, result: 'Applied' } };
  if (isTried && config.result !== 'Waiting') return upgraded;
  // A plan of what is not released says nothing about what was tried before.
  const result = parts.apply ? 'Waiting' : (config.result ?? 'Waiting');
  if (mayNot) return { ...upgraded, config: { ...config, wanted: parts.hash, result } };
  const attempt = {
    wanted: parts.hash,
    attempted: parts.hash,
    ...(config.applied && { applied: config.applied }),
    ...(config.parts && { parts: config.parts }),
    ...(parts.attempt !== undefined && { attempt: parts.attempt }),
  };
  if (text.includes(POISON)) return { ...upgraded, config: { ...attempt, result: 'Reverted' } };
  const inEffect = parts.parts.map(({ name, generation, hash }) => ({ name, generation, hash }));
  const applied = { applied: parts.hash, parts: inEffect, result: 'Applied' } as const;
  return { ...upgraded, config: { ...attempt, ...applied } };
}

function upgrade({ upgrade: wanted }: NodeParts, { haos, upgrade: last }: NodeStateStatus): NodeStateStatus {
  if (wanted === undefined || last?.id === wanted.id) return {};
  const common = { id: wanted.id, version: wanted.version };
  if (wanted.rollBack) return { haos: { version: 'v1' }, upgrade: { ...common, verdict: 'RolledBack' } };
  if (wanted.version === BROKEN_VERSION)
    return { haos: haos!, upgrade: { ...common, verdict: 'RolledBack' } };
  return { haos: { version: wanted.version }, upgrade: { ...common, verdict: 'Healthy' } };
}

function merge(into: Json, from: Json): Json {
  for (const [name, value] of Object.entries(from)) {
    const old = into[name];
    into[name] = isJson(old) && isJson(value) ? merge({ ...old }, value) : value;
  }
  return into;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
