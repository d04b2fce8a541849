import { sweep } from './case.ts';
import { conv2dCase } from './conv2d.case.ts';

sweep(conv2dCase);
