import type { IdentityKey } from '../model/k3s-identity.js';
import type { YamlProblem } from './yaml-problem.js';

/** A warning about a parameter, with its offset. */
export type CmdlineProblem = Omit<YamlProblem, 'code'> & {
  code: 'unknown-key' | 'invalid-cmdline';
  hint: string | undefined;
  /** As in an Issue. */
  meant?: IdentityKey;
};
