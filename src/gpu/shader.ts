// Specialises a WGSL file by a prelude of `const` and `alias` lines put before it, and maps errors back to it.
//
// The file stays plain WGSL: it uses names (`TILE_M`, `HAS_BIAS`, `X4`) that the prelude declares.

import { ShaderError } from './errors.ts';
import type { DType } from './tensor.ts';

/** A WGSL float constant, where a plain number would become an integer. */
export interface FloatConstant {
  readonly f32: number;
}

/** What specialises a kernel. */
export interface Prelude {
  /** `{ X: 'f16' }` declares `alias X = f16; alias X2 = vec2<f16>; alias X4 = vec4<f16>;`. */
  readonly types?: Readonly<Record<string, DType>>;
  /** Integers become `u32`, booleans `bool`, `{ f32 }` `f32`. */
  readonly constants?: Readonly<Record<string, number | boolean | FloatConstant>>;
}

/** A kernel's source and the file name that errors show. */
export interface ShaderSource {
  /** Name of the operation and its file: `conv2d` is `conv2d.wgsl`. */
  readonly name: string;
  /** Text of the file, imported with `?raw`. */
  readonly wgsl: string;
}

function constantLine(name: string, value: number | boolean | FloatConstant): string {
  if (typeof value === 'boolean') return `const ${name} = ${value};`;
  if (typeof value === 'object') {
    const text = Number.isInteger(value.f32) ? `${value.f32}.0` : String(value.f32);
    return `const ${name} = f32(${text});`;
  }
  if (!Number.isInteger(value) || value < 0) {
    throw new RangeError(`prelude: ${name} must be a whole number ≥ 0 or {f32}, got ${value}`);
  }
  return `const ${name} = ${value}u;`;
}

/** The prelude's lines, sorted, so that equal preludes give equal text (it is the cache key). */
export function preludeText({ types = {}, constants = {} }: Prelude): string {
  const lines: string[] = [];
  const typeEntries = Object.entries(types).sort();
  if (typeEntries.some(([, dtype]) => dtype === 'f16')) lines.push('enable f16;');
  for (const [name, dtype] of typeEntries) {
    lines.push(`alias ${name} = ${dtype}; alias ${name}2 = vec2<${dtype}>; alias ${name}4 = vec4<${dtype}>;`);
  }
  for (const [name, value] of Object.entries(constants).sort()) lines.push(constantLine(name, value));
  return lines.join('\n') + '\n';
}

// One line, so that the prelude's own lines keep their numbers. The matrices' operations want a whole subgroup to come by,
// which the compiler cannot prove where a loop's end comes from a private variable.
const SUBGROUP_MATRIX = [
  'diagnostic(off, chromium.subgroup_matrix_uniformity);',
  'enable subgroups, subgroup_size_control, chromium_experimental_subgroup_matrix;',
  'requires subgroup_id;\n',
].join(' ');

/**
 * The module's text: features, prelude, file. A file that uses subgroups has `USES_SUBGROUPS` among its prelude's constants,
 * one that uses subgroup matrices `USES_SUBGROUP_MATRIX`.
 */
export function specialise(source: ShaderSource, prelude: Prelude): string {
  const { constants = {} } = prelude;
  const subgroups = constants['USES_SUBGROUPS'] === true ? 'enable subgroups;\n' : '';
  const matrices = constants['USES_SUBGROUP_MATRIX'] === true ? SUBGROUP_MATRIX : '';
  return subgroups + matrices + preludeText(prelude) + source.wgsl;
}

/** Compiler messages with the file's own line numbers. Lines of the prelude show as `prelude:N`. */
export async function compileError(
  module: GPUShaderModule,
  source: ShaderSource,
  code: string,
  cause: unknown,
): Promise<ShaderError> {
  const offset = code.slice(0, code.length - source.wgsl.length).split('\n').length - 1;
  const { messages } = await module.getCompilationInfo();
  const lines = messages
    .filter(({ type }) => type === 'error')
    .map(({ lineNum, linePos, message }) => {
      const place = lineNum > offset ? `${source.name}.wgsl:${lineNum - offset}` : `prelude:${lineNum}`;
      return `${place}:${linePos} ${message}`;
    });
  const detail = lines.join('\n') || (cause instanceof Error ? cause.message : String(cause));
  return new ShaderError(
    `${source.name}.wgsl does not compile:\n${detail}\nPrelude:\n${code.slice(0, code.length - source.wgsl.length)}`,
  );
}
