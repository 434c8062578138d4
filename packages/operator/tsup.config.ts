import { libraryBundle } from '../../tsup.base.js';

export default libraryBundle({ entry: ['src/index.ts', 'src/internal.ts'] });
