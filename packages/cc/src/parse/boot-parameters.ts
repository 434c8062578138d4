/** Parameters that only early boot reads. They are not part of a configuration (docs/boot.md). */
export const BOOT_PARAMETERS: ReadonlySet<string> = new Set([
  'haos.mode',
  'haos.fallback_mode',
  'haos.debug',
  'haos.slot',
  'haos.state',
  'haos.trial',
]);
