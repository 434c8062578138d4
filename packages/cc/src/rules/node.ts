import { parseKeySource } from '@haos/ssh';
import { isHostname } from '../appliers/hostname.js';
import { isCryptForm } from '../appliers/password.js';
import { DATA_SOURCES } from '../schema.js';
import { eachEntry, eachItem, type Finding, findSha256, isHttpUrl, type Rule } from './rule.js';

const HOST_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

export const hostnameRule: Rule = ({ hostname }) => {
  if (hostname === undefined || hostname === '') return [];
  if (isHostname(hostname)) return [];
  return [
    {
      code: 'invalid-hostname',
      pointer: '/hostname',
      message: `${JSON.stringify(hostname)} is no host name`,
      hint: 'use letters, digits and dashes, at most 63 in each part',
    },
  ];
};

export const sshKeysRule: Rule = ({ sshAuthorizedKeys }) =>
  eachItem(sshAuthorizedKeys, '/sshAuthorizedKeys', (text, pointer) => {
    const source = parseKeySource(text);
    const reason =
      source.kind === 'invalid' ? source.reason : source.kind === 'literal' && source.rejected[0]?.reason;
    if (!reason) return [];
    return [
      {
        code: 'invalid-key-source',
        pointer,
        message: `this is neither a public key nor a source of keys: ${reason}`,
        hint: 'give a line of a .pub file, github:USER, gitlab:USER or a URL',
      },
    ];
  });

export const dataSourcesRule: Rule = ({ haos }) =>
  eachItem(haos?.dataSources, '/haos/dataSources', (name, pointer) => {
    if (!(DATA_SOURCES as readonly string[]).includes(name))
      return [
        {
          code: 'unsupported-data-source',
          pointer,
          message: `there is no data source ${JSON.stringify(name)}`,
          hint: `use ${DATA_SOURCES.join(', ')}`,
        },
      ];
    if (name !== 'packet') return [];
    return [
      {
        code: 'no-effect',
        severity: 'warning',
        pointer,
        message: 'the metadata service of packet (Equinix Metal) ended on 30 June 2026',
        hint: 'remove it',
      },
    ];
  });

export const modulesRule: Rule = ({ haos }) =>
  eachItem(haos?.modules, '/haos/modules', (module, pointer) => {
    const [name = '', ...parameters] = module.trim().split(/\s+/);
    if (
      /^[A-Za-z0-9_-]+$/.test(name) &&
      parameters.every((parameter) => /^[A-Za-z0-9_.-]+(?:=.*)?$/.test(parameter))
    )
      return [];
    return [
      {
        code: 'invalid-value',
        pointer,
        message: `${JSON.stringify(module)} is no module`,
        hint: 'write NAME or NAME PARAMETER=VALUE',
      },
    ];
  });

export const sysctlsRule: Rule = ({ haos }) =>
  eachEntry(haos?.sysctls, '/haos/sysctls', (key, value, pointer) => {
    const isKey = /^[A-Za-z0-9_*-][A-Za-z0-9_.:/*@%-]*$/.test(key) && !/(?:^|[./])\.\.?(?:[./]|$)/.test(key);
    if (!isKey)
      return [
        {
          code: 'invalid-sysctl',
          pointer,
          message: `${JSON.stringify(key)} is no sysctl`,
          hint: 'write it as in /etc/sysctl.conf',
        },
      ];
    if (value !== '') return [];
    return [
      { code: 'invalid-sysctl', pointer, message: `${key} has no value`, hint: 'give a value in quotes' },
    ];
  });

export const serversRule: Rule = ({ haos }) => [
  ...eachItem(haos?.dnsNameservers, '/haos/dnsNameservers', (server, pointer): Finding[] =>
    isIpAddress(server)
      ? []
      : [
          {
            code: 'invalid-value',
            pointer,
            message: `${JSON.stringify(server)} is no IP address`,
            hint: 'name servers are given by address',
          },
        ],
  ),
  ...eachItem(haos?.ntpServers, '/haos/ntpServers', (server, pointer): Finding[] =>
    isIpAddress(server) ||
    server
      .replace(/\.$/, '')
      .split('.')
      .every((label) => HOST_LABEL.test(label))
      ? []
      : [
          {
            code: 'invalid-value',
            pointer,
            message: `${JSON.stringify(server)} is no host`,
            hint: 'give a host name or an address',
          },
        ],
  ),
];

function isIpAddress(text: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return text.split('.').every((part) => Number(part) <= 255);
  return text.includes(':') && URL.canParse(`http://[${text}]/`);
}

/** A WPA passphrase has 8 to 63 characters, or is the key itself as 64 hexadecimal digits (IEEE 802.11, annex J.4). */
export const wifiRule: Rule = ({ haos }) =>
  eachItem(haos?.wifi, '/haos/wifi', ({ name, passphrase }, pointer) => {
    const findings: Finding[] = [];
    if (!name)
      findings.push({
        code: 'missing-key',
        pointer,
        message: 'a network needs a name',
        hint: 'add `name: SSID`',
      });
    else if (new TextEncoder().encode(name).length > 32)
      findings.push({
        code: 'invalid-wifi',
        pointer: `${pointer}/name`,
        message: 'a network name has at most 32 bytes',
      });
    if (
      passphrase &&
      !/^[0-9a-fA-F]{64}$/.test(passphrase) &&
      (passphrase.length < 8 || passphrase.length > 63)
    )
      findings.push({
        code: 'invalid-wifi',
        pointer: `${pointer}/passphrase`,
        message: 'a passphrase has 8 to 63 characters',
        hint: 'leave it out for an open network',
      });
    return findings;
  });

export const passwordRule: Rule = ({ haos }) => {
  const password = haos?.password ?? '';
  if (/[\n\0]/.test(password))
    return [
      {
        code: 'invalid-value',
        pointer: '/haos/password',
        message: 'the password has a line break, which nobody can type',
      },
    ];
  if (!password.startsWith('$') || isCryptForm(password)) return [];
  return [
    {
      code: 'invalid-value',
      severity: 'warning',
      pointer: '/haos/password',
      message: 'it begins with $ but is no crypt form, so it is taken as clear text',
      hint: 'make the crypt form with `openssl passwd -6`',
    },
  ];
};

export const environmentRule: Rule = ({ haos }) =>
  eachEntry(haos?.environment, '/haos/environment', (name, value, pointer) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      return [
        {
          code: 'invalid-value',
          pointer,
          message: `${JSON.stringify(name)} is no name of a variable`,
          hint: 'use letters, digits and _',
        },
      ];
    if (/[\n\r\0]/.test(value))
      return [
        {
          code: 'invalid-value',
          pointer,
          message: `${name} has a line break, which no environment file can hold`,
        },
      ];
    if (!/^INSTALL_K3S_(?!(?:SKIP_START|EXEC)$)/.test(name)) return [];
    return [
      {
        code: 'no-effect',
        severity: 'warning',
        pointer,
        message: `${name} has no effect: k3s is part of the image`,
        hint: 'remove it',
      },
    ];
  });

export const installRule: Rule = ({ haos }) => {
  const install = haos?.install ?? {};
  const findings: Finding[] = [];
  if (install.device && !/^\/dev\/./.test(install.device))
    findings.push({
      code: 'invalid-path',
      pointer: '/haos/install/device',
      message: 'the device must be a path below /dev',
      hint: 'write it as /dev/sda',
    });
  for (const key of ['configUrl', 'isoUrl'] as const)
    if (install[key] && !isHttpUrl(install[key]) && !install[key].startsWith('/'))
      findings.push({
        code: 'invalid-url',
        pointer: `/haos/install/${key}`,
        message: 'this is no http or https URL',
        hint: 'begin it with https://',
      });
  return [...findings, ...findSha256(install.isoSha256, '/haos/install/isoSha256')];
};
