import { choose, type Prompter } from '@haos/questions';

/** The operations of `haos install` on a machine that was booted from the medium. */
export type InstallOperation = 'install' | 'configure';

/** Asks whether to install, or only to configure the running system as a server or agent. */
export function askOperation(prompter: Prompter): Promise<InstallOperation> {
  return choose(prompter, {
    name: 'operation',
    message: 'Operation',
    choices: [
      { value: 'install', label: 'Install to disk' },
      { value: 'configure', label: 'Configure server or agent, without installing' },
    ],
    default: 'install',
  });
}
