// What changes of a launch, as it changes. Every snapshot is whole, so whoever
// shows the newest one is right.
import type { Launch, Mint, Page } from "./page";

export type Standing = {
  status: string; reasons: string[]; sold: number; reserved: number; left: number; minted: string;
  payers: number; mints: number; share: string; paused: boolean;
};

export type Snapshot = { launch: Standing; mints: Mint[] };

export type Live = {
  /** latest is the newest snapshot. */
  latest(): Snapshot;
  /** subscribe tells of every later one; call what it returns to hear no more. */
  subscribe(listener: (s: Snapshot) => void): () => void;
};

const asking = 5_000; // ms between questions where there is no feed
const missed = 2; // questions without an answer until the page says that it is not connected
const again = 30_000; // ms until a feed that was refused is tried once more

/** follow listens to the launch's feed while the page is seen, and asks every few seconds while there is no feed. */
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
  const quiet = () => {
    clearInterval(poll);
    poll = undefined;
  };
  let unanswered = 0;
  const ask = async () => {
    const launch = await fetch(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(asking) })
      .then(async (answer) => answer.ok ? (await answer.json()) as Launch : undefined)
      .catch(() => undefined);
    if (poll === undefined) return; // what the feed said in the meantime is newer
    if (launch) {
      unanswered = 0;
      tell(standing(launch, latest));
    } else if (++unanswered >= missed) {
      tell({ ...latest, launch: { ...latest.launch, status: "unreachable" } });
    }
  };
  const open = () => {
    clearTimeout(retry);
    source?.close(); // two events may say that the page is back
    source = new EventSource(`${path}/feed`);
    source.addEventListener("launch", (e: MessageEvent<string>) => {
      quiet();
      tell(JSON.parse(e.data) as Snapshot);
    });
    source.addEventListener("error", () => {
      if (poll === undefined) {
        unanswered = 0;
        poll = setInterval(() => void ask(), asking);
        void ask();
      }
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, again); // refused: it will not come back by itself
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
  addEventListener("pagehide", close); // so that the page can be kept for going back
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
  const none: Snapshot = { mints: page.mints, launch: { status: "", reasons: [], sold: 0, reserved: 0, left: 0, minted: "0", payers: 0, mints: 0, share: "", paused: false } };
  return standing(page.launch, none);
}

/** standing is what a launch's JSON says, with what it leaves out as it was. */
function standing(l: Launch, before: Snapshot): Snapshot {
  const share = l.cap.allotments ? Math.floor((l.sold * 100) / l.cap.allotments) : 0;
  return {
    mints: before.mints,
    launch: {
      status: l.status, reasons: before.launch.reasons, sold: l.sold, reserved: l.reserved, left: l.left, minted: "",
      payers: l.payers, mints: l.mints, share: share > 0 || l.sold === 0 ? `${share}%` : "under 1%", paused: l.roles?.paused ?? false,
    },
  };
}
