// A page of another origin that has our pages in frames.
import { createServer } from "node:http";

const style = `:root{color-scheme:light dark}body{margin:0 auto;max-width:40rem;padding:3rem 1.25rem;font:1.0625rem/1.6 Georgia,serif;background:light-dark(#fff,#17181c);color:light-dark(#222,#ddd)}
h1{margin:0 0 .5rem;font-size:2rem;line-height:1.2}iframe{display:block;border:0;width:100%;max-width:480px;margin:1.5rem 0}`;

/** Serves a page with a frame for each address, at another host name and port, while inside runs. */
export async function foreign(sources, inside) {
  const frames = sources.map((src, n) => `<iframe src="${src}" title="Launch ${n + 1}" width="480" height="224"></iframe>`);
  const [first, ...others] = frames;
  const server = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" })
    .end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Elsewhere</title><link rel="icon" href="data:,"><style>${style}</style>
<main><h1>Two tokens I paid for this week</h1><p>Both are minted by paying for a web page. The first one still is on sale:</p>${first}<p>The other one was gone before I had written this.</p>${others.join("")}</main></html>`));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await inside(`http://localhost:${server.address().port}/`);
  } finally {
    await new Promise((resolve) => server.close(resolve), server.closeAllConnections());
  }
}
