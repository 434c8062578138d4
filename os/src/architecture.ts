/** The architectures that images are built for, as Debian names them. */
export const ARCHITECTURES = ['amd64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** Returns the architecture of this machine; undefined if images cannot be built for it. */
export function machineArchitecture(arch: string = process.arch): Architecture | undefined {
  const names: Readonly<Record<string, Architecture>> = { x64: 'amd64', arm64: 'arm64' };
  return names[arch];
}
