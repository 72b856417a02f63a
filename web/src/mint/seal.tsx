import { useLayoutEffect, useRef } from "preact/hooks";

/** Seal draws the token's seal, which the page has already, line by line. */
export function Seal() {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const svg = document.querySelector(".hero svg.art")?.cloneNode(true) as SVGElement | undefined;
    if (!svg || !box.current) return;
    for (const path of svg.querySelectorAll("path")) {
      const id = `drawn-${path.id}`; // the page's own seal has the first id
      for (const use of svg.querySelectorAll(`use[href="#${CSS.escape(path.id)}"]`)) use.setAttribute("href", `#${id}`);
      path.id = id;
      path.setAttribute("pathLength", "1"); // so that one style draws lines of any length
    }
    box.current.replaceChildren(svg);
  }, []);
  return <div class="drawn" ref={box} aria-hidden="true" />;
}
