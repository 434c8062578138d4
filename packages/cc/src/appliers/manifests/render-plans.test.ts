import { describe, expect, it } from 'vitest';
import { renderPlans } from './render-plans.js';

const MANIFEST = `# Plans
spec:
  # haos.upgrade: its channel or version stands here.
  prepare: { image: localhost/haos, args: [a] }
---
spec:
  # haos.upgrade: the same.
  upgrade:
    image: localhost/haos
`;

describe('the rendered Plans', () => {
  it('are the shipped ones, without a release, when nothing is configured', () => {
    expect(renderPlans(MANIFEST)).toBe(MANIFEST);
    expect(renderPlans(MANIFEST, { channel: '', version: '', image: '' })).toBe(MANIFEST);
  });

  it('all name the channel', () => {
    const rendered = renderPlans(MANIFEST, { channel: 'https://a.example/$&"latest' });

    expect(rendered.match(/^ {2}channel: "https:\/\/a\.example\/\$&\\"latest"$/gm)).toHaveLength(2);
    expect(rendered).not.toContain('# haos.upgrade');
  });

  it('all name the version rather than the channel', () => {
    const rendered = renderPlans(MANIFEST, { channel: 'https://a.example/latest', version: 'v1.2.0' });

    expect(rendered.match(/^ {2}version: "v1\.2\.0"$/gm)).toHaveLength(2);
    expect(rendered).not.toContain('channel:');
  });

  it('all name the image', () => {
    const rendered = renderPlans(MANIFEST, { image: 'registry.example:5000/haos' });

    expect(rendered.match(/image: registry\.example:5000\/haos(?:,|$)/gm)).toHaveLength(2);
    expect(rendered).not.toContain('localhost');
  });
});
