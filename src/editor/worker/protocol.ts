// What a page and its worker say to each other: plain messages over a port of their own, so that a worker may serve
// several pages' editors and talk of other things with its page. Both sides speak alike; peer.ts is the grammar.

/** Raised with every change that an older side would not understand. */
export const PROTOCOL = 1;

/** The first message, to the worker itself: the port over which all others go. */
export interface Hello {
  readonly refilm: 'connect';
  readonly protocol: number;
  readonly port: MessagePort;
}

/** The worker's first word on that port: it is there, or speaks another version. */
export interface Welcome {
  readonly refilm: 'ready' | 'refused';
  readonly protocol: number;
  /** A Web Lock that the worker holds as long as it lives; missing where there are none. */
  readonly life?: string;
}

/** Whether a message that arrived at a worker is a {@link Hello}: the worker may get others that are none of ours. */
export function isHello(data: unknown): data is Hello {
  return typeof data === 'object' && data !== null && (data as Partial<Hello>).refilm === 'connect';
}

/** Everything that is said after {@link Hello} and {@link Welcome}. Numbers name what one of the sides has shared. */
export type Message =
  /** Calls a method; answered by `answer` or `failure` with the same `id`. Target 0 is the other side itself. */
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly target: number;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  /** `abortedBy` is the signal whose reason the error is, if it is one's. */
  | { readonly kind: 'failure'; readonly id: number; readonly error: unknown; readonly abortedBy?: number }
  /** Tells a listener, e.g. of progress; nobody waits for it. */
  | { readonly kind: 'tell'; readonly target: number; readonly args: readonly unknown[] }
  /** A shared signal was aborted. */
  | { readonly kind: 'abort'; readonly target: number; readonly reason: unknown }
  /** What is no longer needed: shared things of the other side, or (`own`) this side's, which will be silent. */
  | { readonly kind: 'release'; readonly targets: readonly number[]; readonly own: boolean };
