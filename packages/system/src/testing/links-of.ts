import type { Tree } from '@haos/host/testing';
import type { ReleaseSet, Slot } from '../components.js';

/** Returns the links of a slot to the components of a set. */
export function linksOf(directory: string, slot: Slot, set: ReleaseSet): Record<string, Tree> {
  return Object.fromEntries(
    Object.entries(set).map(([component, version]) => [
      `${directory}/${component}/${slot}`,
      { link: version },
    ]),
  );
}
