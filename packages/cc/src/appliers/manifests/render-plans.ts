import { PROJECT } from '@haos/system/internal';
import type { Upgrade } from '../../generated/types.js';

/** Stands in the `spec` of each shipped Plan; what the configuration says takes its place. */
const PLACE = /^( *)# haos\.upgrade:.*$/gm;

/**
 * A shipped manifest with the channel or the version, and the image, of the configuration. A version overrides a channel, as
 * it does in a Plan. With neither, the Plans name no release, and the upgrade controller creates no job for them
 * (system-upgrade-controller: `LatestResolved` is false).
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
