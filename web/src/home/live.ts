// Live updates of the home page: the newest mints of all launches, and the figures of the
// launches that they are of. Every snapshot is complete.
import type { Mint } from "../launch/page";

export type Counts = Record<string, number>;

/** Home is the data that the server writes into the page. */
export type Home = { counts: Counts; total: number; searched: boolean };

export type LaunchMint = Mint & { launch: string; name: string };

export type Snapshot = {
  mints: LaunchMint[];
  launches: { slug: string; status: string; sold: number; left: number; share: string }[];
  counts: Counts;
  total: number;
};

const again = 30_000; // ms until a refused feed is tried again
const patience = 6_000; // ms without a connection until the page says that its figures may be old

/** follow listens to the feed while the page is visible. */
export function follow(...listeners: ((s: Snapshot) => void)[]): void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let lost: ReturnType<typeof setTimeout> | undefined;
  const old = document.getElementById("old");
  const say = (hidden: boolean) => { if (old && old.hidden !== hidden) old.hidden = hidden; };

  const open = () => {
    clearTimeout(retry);
    source?.close(); // both visibilitychange and pageshow may call open
    source = new EventSource("/feed");
    source.addEventListener("home", (e) => {
      clearTimeout(lost);
      lost = undefined;
      say(true);
      const s = JSON.parse((e as MessageEvent<string>).data) as Snapshot;
      for (const listener of listeners) listener(s);
    });
    source.onerror = () => {
      lost ??= setTimeout(() => say(false), patience);
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, again);
    };
  };
  const close = () => {
    clearTimeout(retry);
    clearTimeout(lost);
    lost = undefined;
    source?.close();
    source = undefined;
  };
  document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
  addEventListener("pagehide", close);
  addEventListener("pageshow", (e) => { if (e.persisted) open(); });
  if (!document.hidden) open();
}
