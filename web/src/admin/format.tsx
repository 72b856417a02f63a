// Components for times, addresses and hashes.
import { useState } from "preact/hooks";
import { ago, moment, short } from "./figures";
import { networkOf, networks } from "./page";

// The server sends an unknown time as year 1, the zero time of Go.
const unknown = (at: string) => !(Date.parse(at) > 0);

export function Ago({ at }: { at: string }) {
  if (unknown(at)) return null;
  return <time dateTime={at} title={new Date(at).toUTCString()}>{ago(at)}</time>;
}

export function Moment({ at }: { at: string }) {
  if (unknown(at)) return <span>not known</span>;
  return <time dateTime={at} title={new Date(at).toUTCString()}>{moment(at)}</time>;
}

/**
 * Hex shows an address or a hash, shortened by default. Copying gives the whole value. on is its chain:
 * without it, there is no link if the server sells on several.
 */
export function Hex({ value, kind, whole, url, what, on }: { value: string; kind?: "address" | "tx"; whole?: boolean; url?: string; what: string; on?: number | string }) {
  const network = networkOf(on ?? (networks.length === 1 ? "" : -1));
  const [said, say] = useState("");
  const page = url ?? (kind && network?.explorer && !network.rpc ? `${network.explorer}/${kind}/${value}` : "");
  const text = whole ? value : short(value);
  const copy = async () => {
    say(await navigator.clipboard.writeText(value).then(() => "Copied", () => "Not copied"));
    setTimeout(() => say(""), 1500);
  };
  return (
    <span class={whole ? "hex whole" : "hex"}>
      {page
        ? <a class="address" href={page} target="_blank" rel="noopener noreferrer" title={value}>{text}</a>
        : <code class="address" title={value}>{text}</code>}
      {navigator.clipboard && (
        <button type="button" class="copies" onClick={copy} aria-label={said || `Copy ${what}`} title={said || "Copy"}>
          {said === "" ? <CopyMark /> : said === "Copied" ? "✓" : "✕"}
        </button>
      )}
    </span>
  );
}

function CopyMark() {
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.4">
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
    </svg>
  );
}
