import { blur121Case } from './blur121.case.ts';
import { sweep } from './case.ts';

sweep(blur121Case);
