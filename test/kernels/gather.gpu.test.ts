import { sweep } from './case.ts';
import { gatherCase } from './gather.case.ts';

sweep(gatherCase);
