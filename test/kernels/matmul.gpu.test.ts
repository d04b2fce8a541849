import { sweep } from './case.ts';
import { linearCase } from './matmul.case.ts';

sweep(linearCase);
