// The errors of the GPU layer that a caller may want to branch on.

/** This browser, adapter or device can't run the engine. `reasons` says why, one sentence each, with what to do. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
  constructor(readonly reasons: readonly string[]) {
    super(reasons.join(' '));
  }
}

/** The GPU device went away (driver reset, tab in the background, too little memory). Make a new one and go on. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
  constructor(
    readonly reason: GPUDeviceLostReason,
    detail: string,
  ) {
    super(
      `The GPU device was lost (${reason}): ${detail || 'the browser gave no reason'}. Create a new one to go on.`,
    );
  }
}

/** The device refused an allocation. `requested` and `limit` are bytes; `limit` is undefined when memory ran out. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  constructor(
    readonly what: string,
    readonly requested: number,
    readonly limit?: number,
  ) {
    super(
      limit === undefined
        ? `The GPU has no room for ${what} (${requested} bytes). Use a smaller size or fewer frames, or close other tabs.`
        : `${what} needs ${requested} bytes, this device allows ${limit}. Use a smaller size or fewer frames.`,
    );
  }
}

/** A kernel did not compile: a fault in Refilm (or in a kernel of yours). The message holds file, line and cause. */
export class ShaderError extends Error {
  override readonly name = 'ShaderError';
}

/** The device reported a validation or internal error while a program ran: a fault in Refilm. */
export class GpuError extends Error {
  override readonly name = 'GpuError';
}
