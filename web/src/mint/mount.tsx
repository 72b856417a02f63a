import { render } from "preact";

import { Connection, wallets } from "../wallet";
import { browser } from "./browser";
import { Purchase } from "./purchase";
import { PaymentStore } from "./paymentStore";
import "./mint.css";
import { Panel } from "./panel";
import type { PageData } from "./terms";

/** Live calls its subscribers when the launch changes; see GET /launches/{slug}/feed. subscribe returns a function that ends the subscription. */
export interface Live {
  subscribe(changed: (news: { launch: { status: string; left: number } }) => void): () => void;
}

/** mountMint renders the mint panel into the element and resumes a payment that an earlier visit stored. */
export function mountMint(element: HTMLElement, data: PageData, live?: Live): void {
  const setting = { network: data.network, demo: data.demo, walletConnect: data.walletConnect ?? "" };
  const connection = new Connection(data.network, wallets(setting));
  const payments = new PaymentStore(store(), data.network.chainId, data.launch.token);
  const purchase = new Purchase(data.launch, data.network, payments, browser());
  let launch = data.launch;
  const draw = () => render(<Panel data={data} launch={launch} purchase={purchase} connection={connection} />, element);
  live?.subscribe(({ launch: { status, left } }) => {
    if (status === launch.status && left === launch.left) return;
    launch = { ...launch, status, left };
    draw();
  });
  window.addEventListener("storage", (event) => { if (payments.owns(event.key)) purchase.elsewhere(); });
  element.replaceChildren(); // removes the content for pages without scripts
  draw();
  purchase.open();
  connection.resume();
}

// store returns the browser's storage, or undefined if the browser denies access.
function store(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
