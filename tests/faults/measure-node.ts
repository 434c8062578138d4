import type { Machine } from '../vm/machine.js';
import { waitForHealth } from './enduring-node.js';

/** Values that would grow from boot to boot with a leak. */
export interface NodeMeasures {
  /** Without kernel threads. */
  processes: number;
  openFiles: number;
  /** KiB on the state partition. */
  diskUse: number;
  /** MiB that are not available to programs. */
  memory: number;
}

/** Measures the node when it is idle: the health watch has ended. */
export async function measureNode(machine: Machine): Promise<NodeMeasures> {
  await waitForHealth(machine);
  const numbers = await machine.read(
    [
      // Processes may end during the count.
      'ls -d /proc/[0-9]*/exe 2>/dev/null | while read -r exe; do readlink "$exe"; done | wc -l',
      'cut -f1 /proc/sys/fs/file-nr',
      'df -k --output=used /var | tail -n 1',
      "free -m | awk '/^Mem/ { print $2 - $7 }'",
    ].join('; '),
  );
  const [processes = 0, openFiles = 0, diskUse = 0, memory = 0] = numbers.split('\n').map(Number);
  return { processes, openFiles, diskUse, memory };
}
