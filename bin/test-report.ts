// What went wrong in a lane of tests, short enough to stand at the end of a long log.
import type { Vitest } from 'vitest/node';

/** Lines of an error that are told. */
const MESSAGE_LINES = 8;

/**
 * An entry for each file or test of `lanes` that failed, and for each that may be tried again (a measurement of time) and
 * passed only then. Empty where all passed at once.
 */
export function whatWentWrong(vitest: Vitest, lanes: string): string {
  const { REFILM_ADAPTER: adapter = 'the usual adapter', REFILM_VARIANTS: variants } = process.env;
  const where = [lanes, adapter, ...(variants ? [`${variants} variants`] : [])].join(', ');
  const entries: string[] = [];
  const tell = (what: string, name: string, errors: readonly { message?: string }[] = []): void => {
    const message = errors[0]?.message?.split('\n').slice(0, MESSAGE_LINES).join('\n    ') ?? '';
    entries.push(`${what} [${where}] ${name}\n    ${message}\n`);
  };
  for (const module of vitest.state.getTestModules()) {
    const file = module.relativeModuleId;
    if (module.errors().length > 0) tell('Failed', file, module.errors());
    for (const suite of module.children.allSuites())
      if (suite.errors().length > 0) tell('Failed', `${file} > ${suite.fullName}`, suite.errors());
    for (const test of module.children.allTests()) {
      const { state, errors } = test.result();
      if (state === 'failed') tell('Failed', `${file} > ${test.fullName}`, errors);
      else if (test.diagnostic()?.flaky)
        tell('Passed only when tried again', `${file} > ${test.fullName}`, errors);
    }
  }
  const unhandled = vitest.state.getUnhandledErrors() as { message?: string }[];
  if (unhandled.length > 0) tell('Failed', 'outside of any test', unhandled);
  return entries.join('');
}
