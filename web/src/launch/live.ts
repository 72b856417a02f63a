// Live updates of a launch. Every snapshot is complete, so it is enough to show the
// newest one.
import type { Launch, Mint, Page } from "./page";

export type Standing = {
  status: string; reasons: string[]; sold: number; reserved: number; left: number; minted: string;
  payers: number; mints: number; share: string; paused: boolean;
};

/** Snapshot has the figures as of a time. They are old while the page is not connected. */
export type Snapshot = { launch: Standing; mints: Mint[]; at: number; old: boolean };

export type Live = {
  /** latest is the newest snapshot. */
  latest(): Snapshot;
  /** subscribe calls listener with each later snapshot, until the returned function is called. */
  subscribe(listener: (s: Snapshot) => void): () => void;
};

const asking = 5_000; // ms between requests if there is no feed
const missed = 2; // requests without an answer before the page shows that it is not connected
const again = 30_000; // ms until a refused feed is tried again

/** follow listens to the launch's feed while the page is visible, and polls every 5 seconds while there is no feed. */
export function follow(page: Page): Live {
  const path = `/launches/${encodeURIComponent(page.launch.slug)}`;
  const listeners = new Set<(s: Snapshot) => void>();
  let latest = first(page);
  let source: EventSource | undefined;
  let poll: ReturnType<typeof setInterval> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const tell = (s: Snapshot) => {
    latest = s;
    for (const listener of listeners) listener(s);
  };
  const fresh = (s: Pick<Snapshot, "launch" | "mints">) => tell({ ...s, at: Date.now(), old: false });
  const lost = () => { if (!latest.old) tell({ ...latest, old: true }); };
  const quiet = () => {
    clearInterval(poll);
    poll = undefined;
  };
  let unanswered = 0;
  const ask = async () => {
    const launch = await fetch(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(asking) })
      .then(async (answer) => answer.ok ? (await answer.json()) as Launch : undefined)
      .catch(() => undefined);
    if (poll === undefined) return; // the feed is back, and its snapshot is newer
    if (launch) {
      unanswered = 0;
      fresh(standing(launch, latest));
    } else if (++unanswered >= missed) {
      tell({ ...latest, launch: { ...latest.launch, status: "unreachable" } });
    }
  };
  const open = () => {
    clearTimeout(retry);
    source?.close(); // both visibilitychange and pageshow may call open
    source = new EventSource(`${path}/feed`);
    source.addEventListener("launch", (e: MessageEvent<string>) => {
      quiet();
      fresh(JSON.parse(e.data) as Snapshot);
    });
    source.addEventListener("error", () => {
      lost();
      if (poll === undefined) {
        unanswered = 0;
        poll = setInterval(() => void ask(), asking);
        void ask();
      }
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, again); // refused: the browser does not reconnect
    });
  };
  const close = () => {
    source?.close();
    source = undefined;
    clearTimeout(retry);
    quiet();
  };
  document.addEventListener("visibilitychange", () => {
    close();
    if (!document.hidden) open();
  });
  addEventListener("offline", lost); // the feed itself may notice minutes later
  addEventListener("online", () => {
    close();
    open();
  });
  addEventListener("pagehide", close); // so that the browser may keep the page in its back/forward cache
  addEventListener("pageshow", (e) => { if (e.persisted) open(); });
  if (!document.hidden) open();

  return {
    latest: () => latest,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function first(page: Page): Snapshot {
  const none: Snapshot = { mints: page.mints, at: Date.now(), old: false, launch: { status: "", reasons: [], sold: 0, reserved: 0, left: 0, minted: "0", payers: 0, mints: 0, share: "", paused: false } };
  return standing(page.launch, none);
}

/** standing converts a launch's JSON to a snapshot. Fields that it lacks keep their earlier values. */
function standing(l: Launch, before: Snapshot): Snapshot {
  const share = l.cap.allotments ? Math.floor((l.sold * 100) / l.cap.allotments) : 0;
  return {
    ...before,
    launch: {
      status: l.status, reasons: before.launch.reasons, sold: l.sold, reserved: l.reserved, left: l.left, minted: "",
      payers: l.payers, mints: l.mints, share: share > 0 || l.sold === 0 ? `${share}%` : "under 1%", paused: l.roles?.paused ?? false,
    },
  };
}
