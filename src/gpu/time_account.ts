// Where a device's time goes: how long it worked, and how long it stood idle until its kernels were compiled.

/** The account of one device, in milliseconds since it was made. */
export class TimeAccount {
  #busyMs = 0;
  #inFlight = 0;
  #busySince = 0;
  #compileMs = 0;

  /** Time in which at least one submission was on the device. */
  get busyMs(): number {
    return this.#busyMs + (this.#inFlight > 0 ? performance.now() - this.#busySince : 0);
  }

  /** Time in which nothing was on the device because somebody waited for kernels to compile. */
  get compileMs(): number {
    return this.#compileMs;
  }

  /** A submission begins. */
  begin(): void {
    if (this.#inFlight++ === 0) this.#busySince = performance.now();
  }

  /** A submission has ended. */
  end(): void {
    if (--this.#inFlight === 0) this.#busyMs += performance.now() - this.#busySince;
  }

  /** Awaits kernels; their time counts as far as the device has nothing else to do. */
  async compiling<T>(kernels: Promise<T>): Promise<T> {
    const start = performance.now();
    const { busyMs } = this;
    try {
      return await kernels;
    } finally {
      this.#compileMs += performance.now() - start - (this.busyMs - busyMs);
    }
  }
}
