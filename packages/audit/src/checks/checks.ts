import type { Check } from '../check.js';
import { ACCOUNT_CHECKS } from './accounts.js';
import { FILE_CHECKS } from './files.js';
import { KERNEL_CHECKS } from './kernel.js';
import { KUBERNETES_CHECKS } from './kubernetes.js';
import { MODULE_CHECKS } from './modules.js';
import { MOUNT_CHECKS } from './mounts.js';
import { NETWORK_CHECKS, SERVICE_CHECKS, TRUST_CHECKS } from './services.js';
import { SSH_CHECKS } from './ssh.js';

/**
 * All checks, by area. They are the source of the image's kernel settings, blocked modules, modes
 * and setuid programs, of what `haos.hardening: strict` adds, of `haos audit`, and of
 * docs/security.md.
 */
export const CHECKS: readonly Check[] = [
  ...KERNEL_CHECKS,
  ...MOUNT_CHECKS,
  ...MODULE_CHECKS,
  ...ACCOUNT_CHECKS,
  ...SSH_CHECKS,
  ...FILE_CHECKS,
  ...SERVICE_CHECKS,
  ...NETWORK_CHECKS,
  ...TRUST_CHECKS,
  ...KUBERNETES_CHECKS,
];
