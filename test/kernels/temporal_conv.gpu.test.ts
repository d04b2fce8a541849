import { sweep } from './case.ts';
import { temporalConvCase } from './temporal_conv.case.ts';

sweep(temporalConvCase);
