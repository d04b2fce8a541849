// mp4box, loaded on first use: importing the codec layer runs no foreign code and works under server-side rendering.
import type * as Mp4boxModule from 'mp4box';

/** The module object of mp4box. */
export type Mp4box = typeof Mp4boxModule;

/** Loads mp4box (the module loader keeps it). */
export const loadMp4box = (): Promise<Mp4box> => import('mp4box');
