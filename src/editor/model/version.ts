// The engine's version, for what is kept between visits and must not outlive it.

/** The version in package.json. */
export const VERSION = '0.1.0';
