import { render } from "preact";

import { Connection, wallets } from "../wallet";
import { browser } from "./around";
import { Desk } from "./desk";
import { Keep } from "./keep";
import "./mint.css";
import { Panel } from "./panel";
import type { PageData } from "./terms";

/** Live reports changes of a launch; see GET /launches/{slug}/feed. */
export interface Live {
  subscribe(changed: (news: { launch: { status: string; left: number } }) => void): () => void;
}

/** mountMint renders the panel into the element and resumes a stored payment. */
export function mountMint(element: HTMLElement, data: PageData, live?: Live): void {
  const setting = { network: data.network, demo: data.demo, walletConnect: data.walletConnect ?? "" };
  const connection = new Connection(data.network, wallets(setting));
  const keep = new Keep(store(), data.network.chainId, data.launch.token);
  const desk = new Desk(data.launch, data.network, keep, browser());
  let launch = data.launch;
  const draw = () => render(<Panel data={data} launch={launch} desk={desk} connection={connection} />, element);
  live?.subscribe(({ launch: { status, left } }) => {
    if (status === launch.status && left === launch.left) return;
    launch = { ...launch, status, left };
    draw();
  });
  window.addEventListener("storage", (event) => { if (keep.owns(event.key)) desk.elsewhere(); });
  element.replaceChildren(); // removes the content for pages without scripts
  draw();
  desk.open();
  connection.resume();
}

function store(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
