// Weights of one network, in one safetensors file or in several named by an index (`*.safetensors.index.json`).
import { NotFoundError, WeightsError } from './errors.ts';
import type { ModelFolder } from './folder.ts';
import { missingTensor, openSafetensors, type TensorBytes, type TensorReader } from './safetensors.ts';
import type { TensorInfo } from './safetensors-header.ts';
import type { ReadOptions } from './source.ts';

const MAX_SHARDS = 1000;

/**
 * Opens the weights at `path` ('unet/diffusion_pytorch_model.safetensors'): that file, or if there is none, the shards
 * that `${path}.index.json` lists. Throws `NotFoundError` if there is neither, `WeightsError` for a shard that is
 * missing, lacks a tensor that the index promises, or is damaged.
 */
export async function openWeights(
  folder: ModelFolder,
  path: string,
  options: ReadOptions = {},
): Promise<TensorReader> {
  try {
    return await openSafetensors(folder.open(path), options);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    const index = await folder.json(`${path}.index.json`, options).catch((cause: unknown) => {
      throw cause instanceof NotFoundError ? error : cause; // neither is there: the plain file is what to name
    });
    return openShards(folder, `${path}.index.json`, index, options);
  }
}

async function openShards(folder: ModelFolder, indexPath: string, index: unknown, options: ReadOptions) {
  const weightMap = readWeightMap(indexPath, index);
  const parent = indexPath.slice(0, indexPath.lastIndexOf('/') + 1);
  const readers = new Map<string, TensorReader>();
  for (const shard of [...new Set(weightMap.values())].sort()) {
    readers.set(shard, await openShard(folder, indexPath, parent + shard, options));
  }
  const tensors = new Map<string, TensorInfo>();
  for (const [tensor, shard] of weightMap) {
    const info = readers.get(shard)?.tensors.get(tensor);
    if (!info)
      throw new WeightsError({
        file: parent + shard,
        tensor,
        expected: `it here (${indexPath})`,
        got: 'none',
      });
    tensors.set(tensor, info);
  }
  return new ShardedReader(indexPath, tensors, weightMap, readers);
}

async function openShard(
  folder: ModelFolder,
  index: string,
  path: string,
  options: ReadOptions,
): Promise<TensorReader> {
  try {
    return await openSafetensors(folder.open(path), options);
  } catch (cause) {
    if (!(cause instanceof NotFoundError)) throw cause;
    throw new WeightsError(
      { file: path, expected: `the shard that ${index} lists`, got: 'no such file' },
      { cause },
    );
  }
}

function readWeightMap(file: string, index: unknown): Map<string, string> {
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  const entries = typeof map === 'object' && map !== null ? Object.entries(map) : [];
  const shards = new Set(entries.map(([, shard]) => shard as unknown));
  if (
    entries.length === 0 ||
    shards.size > MAX_SHARDS ||
    ![...shards].every((shard) => typeof shard === 'string')
  ) {
    const got = entries.length === 0 ? 'none' : `${shards.size} different values`;
    throw new WeightsError({ file, expected: `a weight_map to at most ${MAX_SHARDS} file names`, got });
  }
  return new Map(entries as [string, string][]);
}

/** Shards as one reader; the offsets in `tensors` are those within each shard. */
class ShardedReader implements TensorReader {
  constructor(
    readonly name: string,
    readonly tensors: ReadonlyMap<string, TensorInfo>,
    private readonly weightMap: ReadonlyMap<string, string>,
    private readonly readers: ReadonlyMap<string, TensorReader>,
  ) {}

  async readTensor(name: string, options: ReadOptions = {}): Promise<TensorBytes> {
    const reader = this.readers.get(this.weightMap.get(name) ?? '');
    if (!reader) throw missingTensor(this.name, name, this.tensors.size);
    return reader.readTensor(name, options);
  }

  async *stream({ wanted = () => true, ...options }: Parameters<TensorReader['stream']>[0] = {}) {
    for (const [shard, reader] of this.readers) {
      yield* reader.stream({
        ...options,
        wanted: (name) => this.weightMap.get(name) === shard && wanted(name),
      });
    }
  }
}
