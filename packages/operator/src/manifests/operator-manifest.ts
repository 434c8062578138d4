import type { DescribedKey } from '@haos/cc/internal';
import { crds } from '../objects/crds.js';
import type { KubernetesObject } from '../objects/metadata.js';
import { programs } from './programs.js';
import { rights } from './rights.js';

/**
 * Returns all objects of the operator in the order in which they are applied; `definition` is that
 * of a cloud-config.
 */
export function operatorManifest(definition: DescribedKey): KubernetesObject[] {
  return [...crds(definition), ...rights(), ...programs()];
}
