import type { InstallEvent } from '@haos/install';
import { expect, it } from 'vitest';
import type { Context } from '../command.js';
import { printDownload, printEvents } from './print-install.js';

/** Returns a context whose standard output fails the test, because only the result may go there. */
function listen(): { context: Context; lines: () => string[] } {
  let text = '';
  const out = () => expect.unreachable('only the result may go to standard output');
  const err = (some: string) => {
    text += some;
  };
  const context = { out, err } as unknown as Context;
  return { context, lines: () => text.split('\n').slice(0, -1) };
}

it('prints the progress of copying and verifying at each tenth, in whole lines', () => {
  const { context, lines } = listen();
  const print = printEvents(context);
  const progress = (...parts: number[]) =>
    parts.map((done): InstallEvent => ({ kind: 'progress', done, total: 1000 }));

  for (const event of [
    { kind: 'step', step: 'copy' },
    ...progress(0, 99, 100, 199, 550, 1000),
    { kind: 'step', step: 'configure' },
    { kind: 'step', step: 'verify' },
    ...progress(20, 1000),
  ] as const)
    print(event);

  expect(lines()).toEqual([
    'install: copying the system',
    'install: copying the system, 10 %',
    'install: copying the system, 50 %',
    'install: copying the system, 100 %',
    'install: writing the configuration',
    'install: reading everything back',
    'install: reading everything back, 100 %',
  ]);
});

it('prints the progress of a download, or one line if its size is unknown', () => {
  const { context, lines } = listen();
  const [known, unknown] = [printDownload(context, 'install'), printDownload(context, 'upgrade')];

  for (const bytes of [0, 1, 55, 100]) known(bytes, 100);
  for (const bytes of [0, 1, 55]) unknown(bytes, undefined);

  expect(lines()).toEqual([
    'install: downloading the image, 0 %',
    'install: downloading the image, 50 %',
    'install: downloading the image, 100 %',
    'upgrade: downloading the image',
  ]);
});
