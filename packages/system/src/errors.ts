/**
 * The error codes of this package, in addition to those of `@haos/host`. They are stable;
 * docs/errors.md documents them.
 */
export type SystemErrorCode =
  | 'HAOS_UPGRADE_GRUB_ENV'
  | 'HAOS_UPGRADE_NO_PREVIOUS'
  | 'HAOS_UPGRADE_SIGNED'
  | 'HAOS_UPGRADE_NO_CHANNEL'
  | 'HAOS_UPGRADE_NO_UUID'
  | 'HAOS_INSTALL_ARGUMENT'
  | 'HAOS_INSTALL_ISO'
  | 'HAOS_INSTALL_ISO_READER'
  | 'HAOS_RESET_MODE'
  | 'HAOS_SECURE_BOOT_EXISTS'
  | 'HAOS_SECURE_BOOT_MODE'
  | 'HAOS_SECURE_BOOT_KEYS'
  | 'HAOS_SECURE_BOOT_UNBOOTABLE'
  | 'HAOS_SECURE_BOOT_FIRMWARE'
  | 'HAOS_RELEASE_SIGNATURE'
  | 'HAOS_RELEASE_UNKNOWN';
