// The paper's symbols as it sets them: t_s, ω_t and ω in a plain text become italics with a lowered index.
import { make, svg } from './dom.ts';

/** A piece of a text: plain, or a symbol with its index. */
export interface Piece {
  readonly text: string;
  readonly symbol: boolean;
  readonly index?: string | undefined;
}

/** A symbol that stands alone; in `weights_t_s.safetensors` nothing is meant by it. */
const SYMBOL = /(?<![\w.])(ω(?:_t)?|t_s)(?![\w.])/;

/** `text` cut at its symbols. */
export function piecesOf(text: string): Piece[] {
  return text.split(SYMBOL).flatMap((piece, i): Piece[] => {
    if (i % 2 === 0) return piece === '' ? [] : [{ text: piece, symbol: false }];
    const [letter = '', index] = piece.split('_');
    return [{ text: letter, symbol: true, index }];
  });
}

/** `text` with its symbols set, as children for an element. */
export function withSymbols(text: string): (Node | string)[] {
  return piecesOf(text).map((piece) =>
    piece.symbol
      ? make('var', {}, piece.text, ...(piece.index ? [make('sub', { textContent: piece.index })] : []))
      : piece.text,
  );
}

/** The same as children for an SVG text, which knows no elements of HTML. */
export function withSymbolsSvg(text: string): SVGTSpanElement[] {
  return piecesOf(text).flatMap((piece) => {
    const first = span(piece.text, piece.symbol ? { class: 'symbol' } : {});
    if (!piece.index) return [first];
    // What follows stays lowered until it is raised again.
    return [first, span(piece.index, { class: 'index', dy: '0.25em' }), span('\u200b', { dy: '-0.18em' })];
  });
}

function span(text: string, attributes: Readonly<Record<string, string>>): SVGTSpanElement {
  const element = svg('tspan', attributes);
  element.textContent = text;
  return element;
}
