/** A file without effect. */
interface UnreadFile {
  /** Of a file, or of a directory with all files below it when it ends in a slash. */
  readonly path: string;
  /** Default: no program of HAOS reads it. */
  readonly message?: string;
  readonly hint: string;
}

/** Files that have no effect on HAOS, whichever program writes them. */
const UNREAD_FILES: readonly UnreadFile[] = [
  // `write_inittab` of the boot scripts writes it after the boot phase, and init reads it once.
  {
    path: '/etc/inittab',
    message: 'each boot overwrites this file, so that no configuration prevents a login on a console',
    hint: 'Write a service into /etc/init.d instead, and start it with run_cmd.',
  },
  {
    path: '/etc/network/interfaces',
    hint: 'Networks are those of connman: write /var/lib/connman/NAME.config.',
  },
  { path: '/etc/netplan/', hint: 'Networks are those of connman: write /var/lib/connman/NAME.config.' },
  { path: '/etc/systemd/', hint: 'Services are those of OpenRC: write a script into /etc/init.d.' },
  { path: '/lib/systemd/', hint: 'Services are those of OpenRC: write a script into /etc/init.d.' },
  { path: '/usr/lib/systemd/', hint: 'Services are those of OpenRC: write a script into /etc/init.d.' },
  { path: '/etc/apk/', hint: 'Remove it: HAOS has no packages to install.' },
];

/** The entry for a path that HAOS does not read. */
export function findUnreadFile(path: string): UnreadFile | undefined {
  return UNREAD_FILES.find((entry) =>
    entry.path.endsWith('/') ? path.startsWith(entry.path) : path === entry.path,
  );
}
