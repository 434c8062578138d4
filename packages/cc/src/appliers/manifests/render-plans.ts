import { PROJECT } from '@haos/system/internal';
import type { Upgrade } from '../../generated/types.js';

/** A placeholder in the `spec` of each shipped Plan, which the configured values replace. */
const PLACE = /^( *)# haos\.upgrade:.*$/gm;

/**
 * Returns a shipped manifest with the configured channel or version, and the configured image. A
 * version overrides a channel, as in a Plan. With neither, the Plans name no release, and the
 * upgrade controller creates no job for them (system-upgrade-controller: `LatestResolved` is
 * false).
 */
export function renderPlans(manifest: string, { channel, version, image }: Upgrade = {}): string {
  const source = version || channel || latestChannel();
  const line = source && `${version ? 'version' : 'channel'}: ${JSON.stringify(source)}`;
  const rendered = line ? manifest.replace(PLACE, (_, indent: string) => indent + line) : manifest;
  return image ? rendered.replaceAll(`image: ${PROJECT.image}`, `image: ${image}`) : rendered;
}

function latestChannel(): string | undefined {
  return PROJECT.releases && `${PROJECT.releases}/latest`;
}
