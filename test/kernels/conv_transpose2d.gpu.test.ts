import { sweep } from './case.ts';
import { convTranspose2dCase } from './conv_transpose2d.case.ts';

sweep(convTranspose2dCase);
