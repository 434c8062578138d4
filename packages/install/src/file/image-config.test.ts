import { validate } from '@haos/cc';
import { expect, it } from 'vitest';
import { renderImageConfig } from './image-config.js';

it('configures only data sources, the drive first, and is valid without a warning', async () => {
  const { config, issues } = validate({ file: 'image.yaml', content: await renderImageConfig() });

  expect(issues).toEqual([]);
  expect(config.haos?.dataSources?.[0]).toBe('cdrom');
  expect(config.haos?.dataSources).toEqual(expect.arrayContaining(['aws', 'gcp', 'openstack', 'hetzner']));
  expect(config).toEqual({ haos: { dataSources: config.haos?.dataSources } });
});
