import { describe, expect, it } from 'vitest';
import { formatKeyFileList, formatKeyFileValue, setKeyFileValue } from './key-file.js';

describe('formatKeyFileValue', () => {
  it.each([
    ['plain', 'plain'],
    ['in ner', 'in ner'],
    [' ends ', '\\sends\\s'],
    [' ', '\\s'],
    ['back\\slash', 'back\\\\slash'],
    ['a=b;c#d[e]', 'a=b;c#d[e]'],
    ['grüße', 'grüße'],
  ])('writes %j as %s', (value, expected) => {
    expect(formatKeyFileValue(value, 'key')).toBe(expected);
  });

  it.each(['a\nName=b', 'a\r', '\t', '\0', '\u007f'])('refuses the control character in %j', (value) => {
    expect(() => formatKeyFileValue(value, 'key')).toThrow(
      expect.objectContaining({ code: 'HAOS_CC_CONNMAN_VALUE', message: 'key contains a control character' }),
    );
  });
});

describe('formatKeyFileList', () => {
  it('separates by commas and escapes those inside', () => {
    expect(formatKeyFileList(['8.8.8.8', 'a,b'], 'key')).toBe('8.8.8.8,a\\,b');
  });
});

describe('setKeyFileValue', () => {
  const entry = { section: 'WiFi', key: 'Enable', value: 'true' };

  it.each([
    ['makes the section', '', '[WiFi]\nEnable=true\n'],
    [
      'adds the section after others',
      '[global]\nOfflineMode=false\n',
      '[global]\nOfflineMode=false\n\n[WiFi]\nEnable=true\n',
    ],
    [
      'adds the key to its section',
      '[WiFi]\nTethering=x\n\n[Wired]\nEnable=false\n',
      '[WiFi]\nEnable=true\nTethering=x\n\n[Wired]\nEnable=false\n',
    ],
    [
      'replaces the value in its section',
      '[Wired]\nEnable=false\n[WiFi]\nEnable = false\n',
      '[Wired]\nEnable=false\n[WiFi]\nEnable=true\n',
    ],
    ['leaves a value that is the same', '[WiFi]\nEnable = true\n# mine\n', '[WiFi]\nEnable = true\n# mine\n'],
  ])('%s', (_, before, after) => {
    expect(setKeyFileValue(before, entry)).toBe(after);
  });
});
