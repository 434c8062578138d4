import type { Host } from '@haos/host';
import type { Architecture } from '../architecture.js';

/**
 * The signed programs with which a machine with EFI boots, Secure Boot or not: shim, signed by
 * Microsoft, starts GRUB and Debian's kernel, signed by Debian.
 */
export interface EfiLoader {
  architecture: Architecture;
  /**
   * The names below `EFI/BOOT`, and the files of Debian's packages. Firmware without a boot entry
   * starts `BOOT*.EFI`: the UEFI specification, "Removable Media Boot Behavior". shim starts the
   * two others, by the names that it was built with: GRUB, and the program that adds a key of the
   * owner.
   */
  files: Readonly<Record<string, string>>;
}

/** One entry per architecture. */
export const EFI_LOADERS: readonly EfiLoader[] = [
  {
    architecture: 'amd64',
    files: {
      'BOOTX64.EFI': '/usr/lib/shim/shimx64.efi.signed',
      'grubx64.efi': '/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed',
      'mmx64.efi': '/usr/lib/shim/mmx64.efi.signed',
    },
  },
  {
    architecture: 'arm64',
    files: {
      'BOOTAA64.EFI': '/usr/lib/shim/shimaa64.efi.signed',
      'grubaa64.efi': '/usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed',
      'mmaa64.efi': '/usr/lib/shim/mmaa64.efi.signed',
    },
  },
];

/** Returns the name of what firmware without a boot entry starts in `EFI/BOOT`. */
export function startedProgram(architecture: Architecture): string {
  const loader = EFI_LOADERS.find((known) => known.architecture === architecture);
  return Object.keys(loader?.files ?? {}).find((name) => name.startsWith('BOOT')) ?? '';
}

/**
 * Where the signed GRUB of Debian 13 looks for its configuration: beside itself. If that file does
 * not exist, it looks in `EFI/debian`, which may belong to a Debian beside HAOS.
 */
export const EFI_CONFIG = 'EFI/BOOT/grub.cfg';

/**
 * Returns the configuration beside GRUB: it looks for the file system with the menu and continues
 * there.
 *
 * @param where Arguments of GRUB's `search`, such as `--fs-uuid UUID`.
 */
export function renderEfiConfig(where: string): string {
  return `search --no-floppy --set=root ${where}
set prefix=($root)/boot/grub
configfile /boot/grub/grub.cfg
`;
}

/** Returns whether a file is the configuration of `renderEfiConfig`, for any file system. */
export function isEfiConfig(text: string): boolean {
  const [, where = ''] = /root (.*)$/m.exec(text) ?? [];
  return text === renderEfiConfig(where);
}

/**
 * Returns the loader whose files a system has; undefined if it has none.
 *
 * @param root The directory of the system. Default: the running one.
 */
export function findEfiLoader(host: Host, root = ''): EfiLoader | undefined {
  return EFI_LOADERS.find(({ files }) =>
    Object.values(files).every((path) => host.files.stat(`${root}${path}`) !== undefined),
  );
}
