import { HaosError, type Host } from '@haos/host';
import { parentOf } from '@haos/host/internal';
import { layout } from '@haos/system';
import { hasErrors } from '../config.js';
import type { CcErrorCode } from '../errors.js';
import { type ValidationReport, validate } from '../validate.js';

/** Names that sort as expected and that no shell or editor treats specially. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * Validates a file and writes it with mode 0600 into the `config.d` of a node. Writes nothing if
 * the file has errors; see `issues` of the report. Throws HAOS_CC_PUT_NAME if the name is not a
 * plain file name, and HAOS_FILE_*.
 */
export function putConfig(
  host: Host,
  name: string,
  content: string | Uint8Array,
): ValidationReport & { changed: boolean } {
  const path = configPath(host, name);
  const report = validate({ source: 'config.d', file: path, content });
  if (hasErrors(report.issues)) return { ...report, changed: false };
  host.files.makeDirectory(parentOf(path), { mode: 0o700 });
  const changed = host.files.write(path, content, { mode: 0o600, secret: true });
  return { ...report, changed };
}

/** Removes such a file. Returns whether it existed. */
export function deleteConfig(host: Host, name: string): boolean {
  return host.files.remove(configPath(host, name));
}

/**
 * Returns the path of a file in the directory that is in effect (HAOS_CC_PUT_NAME). Creating the
 * other directory would hide the files that a node of the Go implementation has in this one.
 */
export function configPath(host: Host, name: string): string {
  if (!NAME.test(name))
    throw new HaosError<CcErrorCode>(
      'HAOS_CC_PUT_NAME',
      `${JSON.stringify(name)} is not a valid name for a configuration file`,
      {
        hint: 'Use letters, digits, dots, dashes and underscores, beginning with a letter or digit, such as 50-proxy.yaml.',
      },
    );
  const usesGo =
    !host.files.stat(layout.localConfigDirectory) && host.files.stat(layout.goLocalConfigDirectory);
  return `${usesGo ? layout.goLocalConfigDirectory : layout.localConfigDirectory}/${name}`;
}
