import { useEffect, useState } from "preact/hooks";
import { t } from "../language";
import { Copy } from "../mint/notice";

/** openers are the links with which wallets open a page in their own browser, as their documents give them. */
const openers: [name: string, link: (url: string) => string][] = [
  ["MetaMask", (url) => `https://link.metamask.io/dapp/${url.replace(/^https?:\/\//, "")}`],
  ["Coinbase Wallet", (url) => `https://go.cb-w.com/dapp?cb_url=${encodeURIComponent(url)}`],
  ["Trust Wallet", (url) => `https://link.trustwallet.com/open_url?coin_id=60&url=${encodeURIComponent(url)}`],
];

/** onPhone reports whether the main pointer is a finger, so that the wallet is likely an app. */
export function onPhone(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** OtherDevice is a way to a wallet that is not in this browser: on a phone links that open the page in its app, on a desk a code for a phone. */
export function OtherDevice({ url, found }: { url: string; found: boolean }) {
  if (!onPhone()) return <Code url={url} open={!found} />;
  if (found) return null;
  return (
    <div class="other-device">
      <p>{t("Open this page in your wallet’s app:")}</p>
      <div class="wallets openers">
        {openers.map(([name, link]) => (
          <a key={name} class="wallet" href={link(url)} rel="noopener noreferrer">
            <span class="wallet-mark" aria-hidden="true">{name[0]}</span><span>{name}</span>
          </a>
        ))}
      </div>
      <p class="small soft another">{t("Another wallet: copy this page’s address into its browser.")} <Copy text={url} label={t("Copy the address")} /></p>
    </div>
  );
}

/** Code is a QR code of a page. */
function Code({ url, open }: { url: string; open: boolean }) {
  const [code, setCode] = useState<{ size: number; path: string }>();
  useEffect(() => {
    let gone = false;
    import("./qr").then(({ qr }) => { if (!gone) setCode(qr(url)); }, () => { /* the address below says the same */ });
    return () => { gone = true; };
  }, [url]);
  return (
    <details class="other-device" open={open}>
      <summary class="small">{t("Use a wallet on your phone")}</summary>
      <div class="scan">
        <div class="qr">{code && <svg role="img" aria-label={t("QR code of {url}", url)} viewBox={`0 0 ${code.size} ${code.size}`} shape-rendering="crispEdges"><path d={code.path} /></svg>}</div>
        <p class="small soft">{t("Scan it with your phone, and open the page in your wallet’s app.")}</p>
      </div>
    </details>
  );
}
