// Unrolls loops in WGSL text. Compilers of software adapters keep loops rolled and arrays in memory; register tiles
// need named variables and constant indices, and WGSL has no unrolling of its own.

/**
 * Repeats the lines between `//unroll x` and `//end` `counts.x` times with `$x` replaced by 0, 1, 2 … (blocks nest):
 * with `{ d: 2 }` the line `let a$d = q[$du];` becomes `let a0 = q[0u];` and `let a1 = q[1u];`.
 * Throws Error when a block has no end or no count.
 */
export function unroll(wgsl: string, counts: Readonly<Record<string, number>>): string {
  return unrollLines(wgsl.split('\n'), counts).join('\n');
}

function unrollLines(lines: readonly string[], counts: Readonly<Record<string, number>>): string[] {
  const out: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const name = blockName(lines[i]!);
    if (name === undefined) {
      out.push(lines[i]!);
      continue;
    }
    const end = endOfBlock(lines, i);
    const count = counts[name];
    if (count === undefined) throw new Error(`unroll: no count for ${name}`);
    const body = lines.slice(i + 1, end);
    for (let n = 0; n < count; n++) {
      out.push(
        ...unrollLines(
          body.map((line) => line.replaceAll(`$${name}`, String(n))),
          counts,
        ),
      );
    }
    i = end;
  }
  return out;
}

function blockName(line: string): string | undefined {
  return /^\s*\/\/unroll (\w+)$/.exec(line)?.[1];
}

function endOfBlock(lines: readonly string[], start: number): number {
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    if (blockName(lines[i]!) !== undefined) depth++;
    else if (lines[i]!.trim() === '//end' && --depth === 0) return i;
  }
  throw new Error(`unroll: '${lines[start]!.trim()}' has no //end`);
}
