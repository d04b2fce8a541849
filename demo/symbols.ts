// The paper's symbols as it sets them: t_s, ω_t and ω in a plain text become italics with a lowered index.
import { make, svg } from './dom.ts';

/** A symbol that stands alone; in `weights_t_s.safetensors` nothing is meant by it. */
const SYMBOL = /(?<![\w.])(ω(?:_t)?|t_s)(?![\w.])/;

/** `text` with its symbols set, as children for an element. */
export function withSymbols(text: string): (Node | string)[] {
  return text.split(SYMBOL).map((part, i) => {
    if (i % 2 === 0) return part;
    const [letter, index] = part.split('_');
    return make('var', {}, letter!, ...(index === undefined ? [] : [make('sub', { textContent: index })]));
  });
}

/** The same as children for an SVG text, which knows no elements of HTML. */
export function withSymbolsSvg(text: string): SVGTSpanElement[] {
  return text.split(SYMBOL).flatMap((part, i) => {
    if (i % 2 === 0) return [span(part)];
    const [letter, index] = part.split('_');
    const symbol = span(letter!, { class: 'symbol' });
    if (index === undefined) return [symbol];
    // What follows stays lowered until it is raised again.
    return [symbol, span(index, { class: 'index', dy: '0.25em' }), span('\u200b', { dy: '-0.18em' })];
  });
}

function span(text: string, attributes: Readonly<Record<string, string>> = {}): SVGTSpanElement {
  const element = svg('tspan', attributes);
  element.textContent = text;
  return element;
}
