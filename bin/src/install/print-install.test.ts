import type { InstallEvent } from '@haos/install';
import { expect, it } from 'vitest';
import type { Context } from '../command.js';
import { printDownload, printEvents } from './print-install.js';

/** A context whose standard output fails the test: it is for the result alone. */
function listen(): { context: Context; lines: () => string[] } {
  let text = '';
  const out = () => expect.unreachable('nothing but the result goes to standard output');
  const err = (some: string) => {
    text += some;
  };
  const context = { out, err } as unknown as Context;
  return { context, lines: () => text.split('\n').slice(0, -1) };
}

it('says how far copying and reading back are, at each tenth, in whole lines', () => {
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

it('says how far a download is, and that there is one where its size is not known', () => {
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
