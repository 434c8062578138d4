import type { ScalarNode } from './node.js';

export type ScalarType = 'null' | 'boolean' | 'integer' | 'float' | 'string';

const NULL = ['', '~', 'null', 'Null', 'NULL'];
const TRUE = ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'];
const FALSE = ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'];
const INTEGER =
  /^[-+]?(?:0|[1-9](?:_?[0-9])*|0(?:_?[0-7])+|0o[0-7](?:_?[0-7])*|0x[0-9a-fA-F](?:_?[0-9a-fA-F])*|0b[01](?:_?[01])*)$/;
const FLOAT =
  /^[-+]?(?:[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][-+]?[0-9]+)?$/;
const INFINITY = ['.inf', '.Inf', '.INF'];
const NAN = ['.nan', '.NaN', '.NAN'];
/** Longer numbers are not treated as numbers, because computing their digits would take long. */
const MAX_TYPED = 1000;

/** What texts of another type than string begin with, if they are not empty. */
const TYPED_START = '-+.0123456789~nNyYtTfFoO';
const NUMBER_START = '-+.0123456789';

/**
 * Returns the type of a scalar by the YAML 1.1 rules of docs/configuration.md. Dates and
 * sexagesimal numbers are strings.
 */
export function scalarType(node: ScalarNode): ScalarType {
  const text = node.text;
  if (!node.plain || text.length > MAX_TYPED || !TYPED_START.includes(text.charAt(0))) return 'string';
  if (NULL.includes(text)) return 'null';
  if (TRUE.includes(text) || FALSE.includes(text)) return 'boolean';
  return NUMBER_START.includes(text.charAt(0)) ? numberType(text) : 'string';
}

function numberType(text: string): ScalarType {
  const unsigned = '-+'.includes(text.charAt(0)) ? text.slice(1) : text;
  if (INFINITY.includes(unsigned) || NAN.includes(text)) return 'float';
  // Every number of YAML is one of JavaScript, too, and this is cheaper than to compile the others.
  if (Number.isNaN(Number(unsigned.replaceAll('_', '')))) return 'string';
  if (INTEGER.test(text)) return 'integer';
  return FLOAT.test(text) ? 'float' : 'string';
}

/** Returns whether a scalar of type boolean is true. */
export function isTrue(text: string): boolean {
  return TRUE.includes(text);
}

/** Returns an integer as decimal digits, without loss of precision. */
export function integerDigits(text: string): string {
  const digits = text.replaceAll('_', '');
  const negative = digits.startsWith('-');
  const magnitude = digits.replace(/^[-+]/, '');
  const octal = /^0[0-7]+$/.test(magnitude);
  const value = BigInt(octal ? `0o${magnitude.slice(1)}` : magnitude);
  return `${negative && value !== 0n ? '-' : ''}${value}`;
}

/**
 * Returns a float as the shortest decimal text without an exponent. Infinities and NaN stay as
 * written.
 */
export function floatDigits(text: string): string {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(value)) return text;
  const shortest = String(value);
  return shortest.includes('e') ? withoutExponent(shortest) : shortest;
}

function withoutExponent(shortest: string): string {
  const [mantissa = '0', exponent = '0'] = shortest.split('e');
  const negative = mantissa.startsWith('-');
  const [whole = '0', fraction = ''] = mantissa.replace('-', '').split('.');
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  const text =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : point >= digits.length
        ? digits.padEnd(point, '0')
        : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${text}` : text;
}
