import type { Check, SshdLook } from '../check.js';

type Rule = Pick<Check, 'title' | 'why' | 'severity'>;
type Expected = Omit<SshdLook, 'kind' | 'option'>;

function sshd(option: string, expected: Expected, rule: Rule): Check {
  return {
    id: `ssh.${option.toLowerCase()}`,
    source: 'openssh',
    level: 'standard',
    hint: 'Remove the option from the files in /etc/ssh that the configuration writes, or change haos.ssh.',
    ...rule,
    look: { kind: 'sshd', option, ...expected },
  };
}

const no = { accepted: ['no'] } as const;
const yes = { accepted: ['yes'] } as const;
const FORWARDING = 'An account that may only log in could reach what only the node reaches.';

/** Key exchanges that ssh-audit calls secure, those that resist a quantum computer first. */
const KEX = [
  'mlkem768x25519-sha256',
  'sntrup761x25519-sha512',
  'sntrup761x25519-sha512@openssh.com',
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
];
const CIPHERS = ['chacha20-poly1305@openssh.com', 'aes256-gcm@openssh.com', 'aes128-gcm@openssh.com'];
const MACS = ['hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256-etm@openssh.com'];
/** No key on a NIST curve: a weak random number reveals it. No RSA with SHA-1. */
const HOST_KEYS = ['ssh-ed25519', 'rsa-sha2-512', 'rsa-sha2-256'].flatMap((name) => [
  name,
  `${name}-cert-v01@openssh.com`,
]);

/** Effective settings of sshd. */
export const SSH_CHECKS: readonly Check[] = [
  sshd('PermitRootLogin', no, {
    title: 'root does not log in',
    why: 'Everybody knows the name. The log says who became root by sudo.',
    severity: 'high',
  }),
  sshd('PasswordAuthentication', no, {
    title: 'A login needs a key',
    why: 'Passwords are guessed by programs that try all day.',
    severity: 'high',
  }),
  sshd('KbdInteractiveAuthentication', no, {
    title: 'No other dialog replaces the key',
    why: 'It would ask for the password.',
    severity: 'high',
  }),
  sshd('PermitEmptyPasswords', no, {
    title: 'No login without a password',
    why: 'An account without a password would be open to all.',
    severity: 'high',
  }),
  sshd('HostbasedAuthentication', no, {
    title: 'No other host vouches for its users',
    why: 'An attacker who takes over that host would get in.',
    severity: 'medium',
  }),
  sshd('IgnoreRhosts', yes, {
    title: 'Users do not name trusted hosts',
    why: 'An attacker who takes over such a host would get in.',
    severity: 'medium',
  }),
  sshd('StrictModes', yes, {
    title: 'Keys that others may change are not accepted',
    why: 'Another account could add its own key.',
    severity: 'medium',
  }),
  sshd('PermitUserEnvironment', no, {
    title: 'Users do not set the environment of their login',
    why: 'It would lift the limits of a key that may only run one command.',
    severity: 'medium',
  }),
  sshd('AllowTcpForwarding', no, {
    title: 'No connections through the node',
    why: FORWARDING,
    severity: 'medium',
  }),
  sshd('AllowAgentForwarding', no, {
    title: 'Keys of the caller are not usable on the node',
    why: 'root of the node could use them while the login lasts.',
    severity: 'medium',
  }),
  sshd('GatewayPorts', no, {
    title: 'No ports of the node for others',
    why: FORWARDING,
    severity: 'medium',
  }),
  sshd('PermitTunnel', no, { title: 'No network through the node', why: FORWARDING, severity: 'medium' }),
  sshd('X11Forwarding', no, {
    title: 'No windows through the node',
    why: 'root of the node could read the keyboard of the caller.',
    severity: 'low',
  }),
  sshd(
    'MaxAuthTries',
    { atMost: 4 },
    {
      title: 'Few attempts in a connection',
      why: 'Guessing becomes slower and is logged.',
      severity: 'low',
    },
  ),
  sshd(
    'MaxSessions',
    { atMost: 10 },
    {
      title: 'Few sessions in a connection',
      why: 'One connection cannot exhaust the node.',
      severity: 'low',
    },
  ),
  sshd(
    'LoginGraceTime',
    { atMost: 60 },
    {
      title: 'A login takes at most a minute',
      why: 'Connections that never log in do not keep others out.',
      severity: 'low',
    },
  ),
  sshd(
    'ClientAliveCountMax',
    { atMost: 3 },
    {
      title: 'A dead connection ends',
      why: 'A session whose client is gone does not stay open.',
      severity: 'low',
    },
  ),
  sshd('TCPKeepAlive', no, {
    title: 'Whether the caller is there is asked inside the encryption',
    why: 'Others could fake the answer outside of it.',
    severity: 'low',
  }),
  sshd('Compression', no, {
    title: 'No compression',
    why: 'The length of compressed data tells something about it.',
    severity: 'low',
  }),
  sshd(
    'LogLevel',
    { accepted: ['VERBOSE'] },
    {
      title: 'The log has the fingerprint of the key of each login',
      why: 'Keys of several people open one account; the log says whose it was.',
      severity: 'low',
    },
  ),
  sshd(
    'KexAlgorithms',
    { only: KEX },
    {
      title: 'Only strong key exchanges',
      why: 'A weak one lets a recording be decrypted later.',
      severity: 'high',
    },
  ),
  sshd(
    'Ciphers',
    { only: CIPHERS },
    {
      title: 'Only ciphers that also detect changes',
      why: 'Others had holes that reveal or change what is sent.',
      severity: 'high',
    },
  ),
  sshd(
    'MACs',
    { only: MACS },
    {
      title: 'Only strong checksums',
      why: 'A weak one does not detect a change.',
      severity: 'medium',
    },
  ),
  sshd(
    'HostKeyAlgorithms',
    { only: HOST_KEYS },
    {
      title: 'The node identifies itself by Ed25519 or RSA',
      why: 'Keys on NIST curves break if a single random number is weak; SHA-1 can be forged.',
      severity: 'medium',
    },
  ),
];
