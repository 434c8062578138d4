import { libraryBundle } from '../../tsup.base.js';

export default libraryBundle({
  entry: ['index', 'index-browser', 'internal', 'internal-browser', 'testing'].map(
    (name) => `src/${name}.ts`,
  ),
});
