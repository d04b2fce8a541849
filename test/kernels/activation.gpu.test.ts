// activation and pointwise, on which they run alone.

import { activateCase, addCase } from './activation.case.ts';
import { sweep } from './case.ts';

sweep(activateCase);
sweep(addCase);
