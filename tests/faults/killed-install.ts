// Runs an installation that is killed before its effect number `at`, or not at all. Takes a
// FaultyInstall in JSON as argument.

import type { Host } from '@haos/host';
import { type InstallOptions, install } from '@haos/install';
import { createHost } from '../loop/installation.js';
import type { FaultyInstall } from './faulty-install.js';

const { at, programs, options } = JSON.parse(process.argv[2] ?? '') as FaultyInstall;
let effects = 0;

/** Counts the effects on the machine. At the selected one, ends this process as `kill -9` does. */
function strike(): void {
  effects += 1;
  if (effects === at) process.kill(process.pid, 'SIGKILL');
}

function withFaults(host: Host): Host {
  const { files } = host;
  const counted =
    <Arguments extends unknown[], Result>(work: (...args: Arguments) => Result) =>
    (...args: Arguments) => {
      strike();
      return work(...args);
    };
  return {
    ...host,
    run: (command, args, runOptions) => {
      if (!runOptions?.readOnly) strike();
      return host.run(command, args, runOptions);
    },
    files: {
      ...files,
      write: counted((...args: Parameters<typeof files.write>) => files.write(...args)),
      makeDirectory: counted((...args: Parameters<typeof files.makeDirectory>) =>
        files.makeDirectory(...args),
      ),
      link: counted((...args: Parameters<typeof files.link>) => files.link(...args)),
      move: counted((...args: Parameters<typeof files.move>) => files.move(...args)),
      remove: counted((...args: Parameters<typeof files.remove>) => files.remove(...args)),
      copy: (from, to, copyOptions) => {
        strike();
        // The effect counts a second time in its middle.
        let isCounted = false;
        const onProgress = (bytes: number) => {
          if (!isCounted) strike();
          isCounted = true;
          copyOptions?.onProgress?.(bytes);
        };
        return files.copy(from, to, { ...copyOptions, onProgress });
      },
    },
  };
}

const { status } = await install({ ...(options as InstallOptions), host: withFaults(createHost(programs)) });
console.log(JSON.stringify({ status, effects }));
