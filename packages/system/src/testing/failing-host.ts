import type { Host, HostFiles } from '@haos/host';

/** A host that loses power before the effect with this number. */
export function failingHost(host: Host, effects: number): Host {
  let left = effects;
  const count = () => {
    if (left === 0) throw new Error('power failed');
    left -= 1;
  };
  const files = { ...host.files } as Record<string, unknown>;
  for (const name of ['write', 'makeDirectory', 'link', 'remove', 'setAttributes', 'move'] as const) {
    files[name] = (...args: unknown[]) => {
      count();
      return (host.files[name] as (...given: unknown[]) => unknown)(...args);
    };
  }
  files.copy = async (...args: Parameters<HostFiles['copy']>) => {
    count();
    return host.files.copy(...args);
  };
  const run: Host['run'] = async (...args) => {
    count();
    return host.run(...args);
  };
  return { ...host, run, files: files as unknown as HostFiles };
}
