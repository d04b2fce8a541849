// Finds golden cases in a folder. Two layouts: a folder a case (config.json, model.safetensors, io.safetensors, meta.json)
// and the bundle's (<module>[_<what>].safetensors with .json, beside or apart from the model's own folders).

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Gpu } from '../../src/gpu/index.ts';
import { loadJson, loadTensors, type TestTensor } from '../../test/tensors.ts';
import type { Check } from './check.ts';

/** A case that is ready to run; `className` says which class of the registry runs it. */
export interface GoldenCase {
  /** Path below the folder: `nano/unet`. */
  readonly name: string;
  readonly className: string;
  /** Tensors `in.*` and `out.*`. */
  io(): Promise<Record<string, TestTensor>>;
  /** meta.json, the bundle case's .json, or the one scheduler's entry of schedulers.json. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Where the case lies. */
  readonly folder: string;
  /** The module's folder, with its config.json and weights; undefined where a case is no network. */
  readonly model: string | undefined;
}

/** Runs cases of one class. */
export type Runner = (golden: GoldenCase, gpu: () => Promise<Gpu>) => Promise<Check[]>;

/** What a folder that is one case holds; others are known by their README.md. */
const CASE_FILES = ['io.safetensors', 'prompts.json'];

/** The bundled model, for goldens that lie apart from theirs. */
const BUNDLE = fileURLToPath(new URL('../../weights/nano', import.meta.url));

/** Cases of the bundle that are no network's: what they check. */
const WITHOUT_MODULE = ['structure', 'edit'];

/** Every case in `folder` and below, by name. Throws an `Error` if there is none. */
export async function findCases(folder: string): Promise<GoldenCase[]> {
  const alone = CASE_FILES.some((file) => existsSync(join(folder, file)));
  const cases = await casesIn(folder, alone ? basename(folder) : '');
  if (cases.length === 0) throw new Error(`${folder} holds no golden case.`);
  return cases;
}

async function casesIn(folder: string, name: string): Promise<GoldenCase[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = new Set(entries.map((entry) => entry.name));
  if (names.has('schedulers.json')) return schedulerCases(folder, name);
  const isCase = CASE_FILES.some((file) => names.has(file)) || (name !== '' && names.has('README.md'));
  if (isCase) return [await folderCase(folder, name, names)];
  const stems = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.safetensors'))
    .map((entry) => basename(entry.name, '.safetensors'));
  const bundled = await Promise.all(
    stems.filter((stem) => names.has(`${stem}.json`)).map((stem) => bundleCase(folder, name, stem)),
  );
  const below = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => casesIn(join(folder, entry.name), join(name, entry.name))),
  );
  return [...bundled, ...below.flat()].sort((a, b) => a.name.localeCompare(b.name));
}

async function folderCase(folder: string, name: string, names: ReadonlySet<string>): Promise<GoldenCase> {
  const config = names.has('config.json') ? await readJson(join(folder, 'config.json')) : undefined;
  return {
    name,
    className: config ? classOf(config) : basename(folder),
    io: () => loadTensors(join(folder, 'io.safetensors')),
    parameters: names.has('meta.json') ? await readJson(join(folder, 'meta.json')) : {},
    folder,
    model: config && folder,
  };
}

async function bundleCase(folder: string, name: string, stem: string): Promise<GoldenCase> {
  const parameters = await readJson(join(folder, `${stem}.json`));
  const shared = { name: join(name, stem), parameters, folder };
  const io = () => loadTensors(join(folder, `${stem}.safetensors`));
  const kind = WITHOUT_MODULE.find((word) => stem === word || stem.startsWith(`${word}_`));
  if (kind) return { ...shared, io, className: kind, model: undefined };
  const candidates = [dirname(folder), BUNDLE].flatMap((root) => [
    join(root, stem),
    join(root, moduleOf(stem)),
  ]);
  const model = candidates.find((path) => existsSync(join(path, 'config.json')));
  const className = model ? classOf(await readJson(join(model, 'config.json'))) : stem;
  return { ...shared, io, className, model };
}

/** `unet_6x10x3` is a case of `unet`, `depth_estimator_160x96` of `depth_estimator`. */
function moduleOf(stem: string): string {
  return stem.replace(/_\d[^_]*$/, '');
}

async function schedulerCases(folder: string, name: string): Promise<GoldenCase[]> {
  const all = await readJson(join(folder, 'schedulers.json'));
  const io = () => loadTensors(join(folder, 'io.safetensors'));
  return Object.entries(all).map(([key, value]): GoldenCase => {
    const parameters = { ...(value as Record<string, unknown>), key };
    return {
      name: join(name, key),
      className: classOf(parameters),
      io,
      parameters,
      folder,
      model: undefined,
    };
  });
}

/** The class that a config names: diffusers' key, transformers' key, or the model type where neither is set. */
function classOf(config: Readonly<Record<string, unknown>>): string {
  const { _class_name: own, architectures, model_type: type } = config;
  const [architecture] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  const found = [own, architecture, type].find((word) => typeof word === 'string');
  return typeof found === 'string' ? found : 'a config without a class';
}

const readJson = (path: string) => loadJson<Record<string, unknown>>(path);
