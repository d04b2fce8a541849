// The worker that the page's editor lives in: the page itself only draws.
import { serve } from '../src/worker.ts';

serve();
