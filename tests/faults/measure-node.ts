import type { Machine } from '../vm/machine.js';
import { waitForHealth } from './enduring-node.js';

/** What may grow from boot to boot when something leaks. */
export interface NodeMeasures {
  /** Without threads of the kernel. */
  processes: number;
  openFiles: number;
  /** KiB on the state partition. */
  diskUse: number;
  /** MiB that programs cannot have any more. */
  memory: number;
}

/** Waits until the node has come to rest: what watches a version ends by itself. */
export async function measureNode(machine: Machine): Promise<NodeMeasures> {
  await waitForHealth(machine);
  const numbers = await machine.read(
    [
      // Processes end while they are counted.
      'ls -d /proc/[0-9]*/exe 2>/dev/null | while read -r exe; do readlink "$exe"; done | wc -l',
      'cut -f1 /proc/sys/fs/file-nr',
      'df -k --output=used /var | tail -n 1',
      "free -m | awk '/^Mem/ { print $2 - $7 }'",
    ].join('; '),
  );
  const [processes = 0, openFiles = 0, diskUse = 0, memory = 0] = numbers.split('\n').map(Number);
  return { processes, openFiles, diskUse, memory };
}
