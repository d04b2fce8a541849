// The errors of loading a model that a caller may want to branch on.

/** What a damaged or foreign weights file got wrong; `tensor` is absent where the file as a whole is at fault. */
export interface WeightsFault {
  /** Path, URL or name of the file. */
  readonly file: string;
  readonly tensor?: string;
  readonly expected: string;
  readonly got: string;
}

/** A weights, config or tokenizer file is damaged, incomplete, or not what the network needs. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError';
  readonly file: string;
  readonly tensor: string | undefined;
  readonly expected: string;
  readonly got: string;

  constructor({ file, tensor, expected, got }: WeightsFault, options?: ErrorOptions) {
    super(
      `${file}${tensor === undefined ? '' : `, tensor '${tensor}'`}: expected ${expected}, got ${got}.`,
      options,
    );
    this.file = file;
    this.tensor = tensor;
    this.expected = expected;
    this.got = got;
  }
}

/** A file of the model is not where it was looked for (HTTP 404 or 410, or absent among the dropped files). */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
  constructor(
    readonly file: string,
    detail: string,
  ) {
    super(`${file} was not found: ${detail}.`);
  }
}

/** The network or the server failed, also after `attempts` tries. `status` is set where the server answered. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  constructor(
    readonly file: string,
    readonly attempts: number,
    readonly status: number | undefined,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(
      `Downloading ${file} failed (${detail}), tried ${attempts} time${attempts === 1 ? '' : 's'}.`,
      options,
    );
  }
}
