/**
 * What to do instead of a key of cloud-init and its like, by the name of the section or the list
 * that it is in.
 */
const HINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    apt: 'HAOS installs no packages: use what the image has, or a pod.',
    chpasswd: 'Write haos.password; rancher is the only account that logs in.',
    disable_root: 'Remove it: root has no login.',
    disk_setup: 'Remove it: HAOS formats no disk but the one that it is installed to.',
    fqdn: 'Write hostname.',
    fs_setup: 'Remove it: HAOS formats no disk but the one that it is installed to.',
    groups: 'Remove it: rancher is the only account that logs in.',
    growpart: 'Remove it: the state partition grows with its disk.',
    manage_etc_hosts: 'Remove it: HAOS adds the host name to /etc/hosts.',
    network: 'Write files of connman with write_files.',
    ntp: 'Write haos.ntp_servers.',
    package_update: 'HAOS installs no packages: remove it.',
    package_upgrade: 'HAOS installs no packages: upgrade the node with haos upgrade.',
    packages: 'HAOS installs no packages: use what the image has, or a pod.',
    preserve_hostname: 'Remove it: without hostname, the node keeps the name that it has.',
    resize_rootfs: 'Remove it: the state partition grows with its disk.',
    resolv_conf: 'Write haos.dns_nameservers.',
    ssh_import_id: 'Write ssh_authorized_keys with github:USER or gitlab:USER.',
    ssh_pwauth: 'Remove it: sshd of HAOS takes keys.',
    stages: 'Write init_cmd, boot_cmd and run_cmd.',
    user: 'Write ssh_authorized_keys and haos.password for rancher, the only account that logs in.',
    users: 'Write ssh_authorized_keys and haos.password for rancher, the only account that logs in.',
  },
  wifi: { essid: 'Write name.', key: 'Write passphrase.', psk: 'Write passphrase.', ssid: 'Write name.' },
  writeFiles: {
    append: 'Remove it: HAOS writes whole files.',
    defer: 'Remove it: files are written after the accounts exist.',
    file: 'Write path.',
    filename: 'Write path.',
    mode: 'Write permissions.',
    source: 'Write content, or download the file in run_cmd.',
  },
};

/** What to write instead of a key that other systems have; undefined for any other key. */
export function foreignKeyHint(section: string, key: string): string | undefined {
  const hints = HINTS[section === 'haos' ? '' : section];
  const name = key.toLowerCase().replaceAll('-', '_');
  return hints !== undefined && Object.hasOwn(hints, name) ? hints[name] : undefined;
}
