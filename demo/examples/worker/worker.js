import { serve } from 'refilm/worker';

serve();
