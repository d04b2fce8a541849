// The worker of worker.e2e.test.ts: all that a user's own has to hold.
import { serve } from '../../src/worker.ts';

serve();
