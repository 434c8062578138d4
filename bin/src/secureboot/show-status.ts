import { adviseSecureBoot, readSecureBootStatus, type SecureBootStatus } from '@haos/system/internal';
import type { Context, Invocation } from '../command.js';
import { openMachine } from '../config/host.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { formatJson } from '../format-json.js';
import { formatSection } from '../format-section.js';
import { createPaint, type Paint } from '../paint.js';
import { formatKeys } from './format-keys.js';

/** `haos secureboot status`: shows what the firmware verifies, and with which keys. */
export async function runSecureBootStatus(
  invocation: Invocation<'root' | 'format'>,
  context: Context,
): Promise<ExitStatus> {
  const status = await readSecureBootStatus(openMachine(invocation, context));
  if (invocation.text('format') === 'json')
    context.out(formatJson({ ...status, next: adviseSecureBoot(status) }));
  else context.out(formatSecureBootStatus(status, createPaint(await context.hasColor('out'))));
  return EXIT.done;
}

/** Formats the state of Secure Boot for people. */
export function formatSecureBootStatus(status: SecureBootStatus, paint: Paint): string {
  const next = formatSection('next', [adviseSecureBoot(status)]);
  const lines = status.firmware === 'ready' ? [...formatFirmware(status, paint), ...next] : next;
  return `${lines.join('\n')}\n`;
}

function formatFirmware(status: SecureBootStatus, paint: Paint): string[] {
  const { secureBoot, setupMode, keys, digests, revoked, programs } = status;
  const verdict = (isTrusted: boolean) =>
    isTrusted ? paint('green', 'trusted') : paint('red', 'not trusted');
  return [
    ...formatSection('secure boot', [secureBoot ? paint('green', 'on') : paint('yellow', 'off')]),
    ...formatSection('setup mode', [setupMode ? 'on' : 'off']),
    ...formatSection('PK', formatKeys(keys.PK)),
    ...formatSection('KEK', formatKeys(keys.KEK)),
    ...formatSection('db', [
      ...(digests > 0 && keys.db.length === 0 ? [] : formatKeys(keys.db)),
      ...(digests > 0 ? [`the digests of ${digests} programs`] : []),
    ]),
    ...formatSection('dbx', [`${revoked} entries`]),
    ...formatSection(
      'boot',
      programs.length === 0
        ? ['no disk has HAOS on an EFI partition']
        : programs.map(({ device, path, isTrusted }) => `${path} on ${device}: ${verdict(isTrusted)}`),
    ),
  ];
}
