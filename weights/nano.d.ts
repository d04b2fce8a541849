/** URLs of the files of the bundled model `nano` by their path in a diffusers pipeline folder. */
export declare const NANO_FILES: Readonly<Record<string, URL>>;
