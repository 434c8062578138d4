export { type AuditOptions, audit } from './audit.js';
export {
  AREAS,
  type Area,
  type Check,
  type Finding,
  type HardeningLevel,
  type Look,
  type Result,
  type Severity,
  type Source,
} from './check.js';
export { CHECKS } from './checks/checks.js';
export type { AuditErrorCode } from './errors.js';
