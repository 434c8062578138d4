import { libraryBundle } from '../../tsup.base.js';

export default libraryBundle({
  entry: {
    index: 'src/index.ts',
    internal: 'src/internal.ts',
    'datasources/index': 'src/datasources/index.ts',
    'testing/index': 'src/testing/index.ts',
  },
});
