// Typed access to the page's elements.

/** The element with `id`, of the class that it has to be. Throws if the page and its script disagree. */
export function requireElement<E extends HTMLElement>(id: string, type: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} with id '${id}'.`);
  return element;
}
