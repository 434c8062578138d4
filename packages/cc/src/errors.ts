/**
 * Every code that applying a configuration can fail with, besides those of `@haos/system`. The
 * codes are stable and documented in docs/errors.md.
 */
export type CcErrorCode =
  | 'HAOS_CC_FILE_PATH'
  | 'HAOS_CC_FILE_PERMISSIONS'
  | 'HAOS_CC_FILE_ENCODING'
  | 'HAOS_CC_FILE_CONTENT'
  | 'HAOS_CC_HOSTNAME'
  | 'HAOS_CC_TIMEZONE'
  | 'HAOS_CC_KEYBOARD'
  | 'HAOS_CC_MOUNT'
  | 'HAOS_CC_NETWORK'
  | 'HAOS_CC_SSH_USER'
  | 'HAOS_CC_MODULE'
  | 'HAOS_CC_CONNMAN_VALUE'
  | 'HAOS_CC_WIFI'
  | 'HAOS_CC_SSH_KEY'
  | 'HAOS_CC_MANIFEST_NAME'
  | 'HAOS_CC_MANIFEST_DUPLICATE'
  | 'HAOS_CC_ENVIRONMENT_NAME'
  | 'HAOS_CC_ENVIRONMENT_VALUE'
  | 'HAOS_CC_COMMAND'
  | 'HAOS_CC_DATA_SOURCE'
  | 'HAOS_CC_DATA_SOURCE_ANSWER'
  | 'HAOS_CC_DATA_SOURCE_FIXTURE'
  | 'HAOS_CC_K3S_ARGUMENT'
  | 'HAOS_CC_UPGRADE'
  | 'HAOS_CC_PUT_NAME'
  | 'HAOS_CC_TRY_PENDING'
  | 'HAOS_CC_TRY_NONE'
  | 'HAOS_CC_ARGUMENT';
