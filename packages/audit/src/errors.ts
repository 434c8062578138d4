/**
 * The error codes of this package. They are stable; docs/errors.md documents them.
 * `UNKNOWN`: there is no check or area with this name.
 */
export type AuditErrorCode = 'HAOS_AUDIT_UNKNOWN';
