// The tiles in workgroup memory on SwiftShader, at every shape of their kernels' sweeps.

import { sweepTiles } from './case.ts';
import { CASES } from './cases.ts';

for (const kernel of CASES) sweepTiles(kernel);
