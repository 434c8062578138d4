import { readConnmanSettings } from './connman-settings.js';
import type { Setting } from './setting.js';
import type { WrittenFile } from './written-file.js';

/** The settings that a file makes and nothing else; undefined where a file stays a file. */
export function readFileSettings(file: WrittenFile): Setting[] | undefined {
  const { path, content } = file;
  if (path !== '/etc/timezone') return readConnmanSettings(file);
  const value = content.trim();
  return /^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/.test(value) ? [{ key: 'timezone', value }] : undefined;
}

/**
 * Why a file does nothing here, so that it can go; undefined where it does something, or where a
 * person has to look.
 */
export function findNeedlessFile({ path, content }: WrittenFile): string | undefined {
  const lines = content.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  // k3OS had to be told where the channel is; HAOS looks for it by its name.
  if (path === '/etc/conf.d/qemu-guest-agent' && lines.every((line) => /^GA_(?:PATH|METHOD)=/.test(line)))
    return 'the guest agent finds its device by itself';
  return path.startsWith('/etc/apk/') ? 'HAOS has no packages to install' : undefined;
}
