import { compareNames } from '../config/digest.js';
import { isServer } from '../controller/node-health.js';
import type { Member, World } from './world.js';

/**
 * Returns nodes in the order in which they are changed: servers first, then by name. The node of
 * the operator's own pod is the last of its kind: another process leads when it reboots.
 */
export function inOrder(members: readonly Member[], { ownNode }: Pick<World, 'ownNode'>): Member[] {
  const isOwn = ({ name }: Member) => name === ownNode;
  return members.toSorted(
    (a, b) =>
      Number(isServer(b.node)) - Number(isServer(a.node)) ||
      Number(isOwn(a)) - Number(isOwn(b)) ||
      compareNames(a.name, b.name),
  );
}
