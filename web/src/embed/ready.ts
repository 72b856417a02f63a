// A Farcaster client opens the widget as a mini app, in a frame or in a web view, and covers it
// with a splash picture until the page calls "ready" in the client's protocol.

/** ready makes that call. Pages that frame the widget for another reason ignore it. */
export function ready(): void {
  const call = { id: `mint402-${Math.random()}`, type: "APPLY", path: ["ready"], argumentList: [{ type: "RAW", value: {} }] };
  const view = (window as { ReactNativeWebView?: { postMessage(text: string): void } }).ReactNativeWebView;
  if (view) view.postMessage(JSON.stringify(call));
  else if (parent !== window) parent.postMessage(call, "*"); // it has nothing that another page may not know
}
