/**
 * The error codes of an installation, besides those of `@haos/system`; stable, and documented in
 * docs/errors.md.
 */
export type InstallErrorCode = 'HAOS_INSTALL_NO_PARTITION' | 'HAOS_INSTALL_FIRMWARE' | 'HAOS_INSTALL_TOOLS';
