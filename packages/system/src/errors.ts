/** Every code that a system can fail with, besides those of `@haos/host`; stable, and documented in docs/errors.md. */
export type SystemErrorCode =
  | 'HAOS_UPGRADE_GRUB_ENV'
  | 'HAOS_UPGRADE_NO_PREVIOUS'
  | 'HAOS_UPGRADE_NO_CHANNEL'
  | 'HAOS_RESET_MODE'
  | 'HAOS_RELEASE_SIGNATURE'
  | 'HAOS_RELEASE_UNKNOWN';
