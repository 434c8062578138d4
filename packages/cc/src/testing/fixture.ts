import { HaosError } from '@haos/host';
import { type Fields, fieldsOf } from '../datasources/metadata-client.js';
import type { Metadata } from '../datasources/types.js';
import type { CcErrorCode } from '../errors.js';

/** What a cloud says about a node. Each cloud serves it in its own form. */
export interface MetadataFixture extends Metadata {
  userData?: string | Uint8Array | undefined;
  /** Of a drive: `network-config` in version 1 or 2. */
  networkConfig?: string | undefined;
}

const TEXTS = [
  'hostname',
  'instanceId',
  'instanceType',
  'region',
  'availabilityZone',
  'publicIpv4',
  'localIpv4',
  'userData',
  'userDataBase64',
  'networkConfig',
] as const;

/**
 * Parses a fixture from JSON: the members of `MetadataFixture`, with `userDataBase64` for user data
 * that is not text. Throws HAOS_CC_DATA_SOURCE_FIXTURE.
 */
export function parseFixture(text: string): MetadataFixture {
  let fields: Fields | undefined;
  try {
    fields = fieldsOf(JSON.parse(text));
  } catch {
    // Treated like any other wrong value.
  }
  if (!fields) throw wrongFixture('it is not a JSON object');
  for (const [name, value] of Object.entries(fields)) checkMember(name, value);
  const { userDataBase64, ...rest } = fields as MetadataFixture & { userDataBase64?: string };
  return userDataBase64 === undefined
    ? rest
    : { ...rest, userData: new Uint8Array(Buffer.from(userDataBase64, 'base64')) };
}

function checkMember(name: string, value: unknown): void {
  const isText = TEXTS.some((known) => known === name);
  if (!isText && name !== 'sshKeys')
    throw wrongFixture(
      `unknown member ${JSON.stringify(name)}; the members are sshKeys, ${TEXTS.join(', ')}`,
    );
  const isRight = isText
    ? typeof value === 'string'
    : Array.isArray(value) && value.every((key) => typeof key === 'string');
  if (!isRight) throw wrongFixture(`${name} is not ${isText ? 'a string' : 'a list of strings'}`);
}

function wrongFixture(problem: string): HaosError<CcErrorCode> {
  return new HaosError('HAOS_CC_DATA_SOURCE_FIXTURE', `the fixture cannot be used: ${problem}`, {
    hint: 'See docs/data-sources.md.',
  });
}
