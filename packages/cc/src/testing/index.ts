export { type MetadataFixture, parseFixture } from './fixture.js';
export {
  type Fault,
  type MetadataRequest,
  type MetadataServer,
  type MetadataServerOptions,
  startMetadataServer,
} from './metadata-server.js';
export { makeSeedImage } from './seed-image.js';
