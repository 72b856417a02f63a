import { useEffect, useState } from "preact/hooks";

import { t } from "../language";
import type { Connected } from "../wallet";
import { short } from "../words";
import { Copy } from "./notice";

/** Account shows the account that pays and receives the tokens. */
export function Account({ connected, leave }: { connected: Connected; leave: () => void }) {
  const { wallet } = connected;
  // Many wallets give their address in lower case and show it in mixed case. The code for the
  // checksum is large, and loads along with the code for signing.
  const [address, show] = useState<string>(connected.address);
  useEffect(() => {
    let gone = false;
    show(connected.address);
    import("./sign").then((sign) => { if (!gone) show(sign.checksummed(connected.address)); }, () => { /* it stays as the wallet gave it */ });
    return () => { gone = true; };
  }, [connected.address]);
  return (
    <div class="account">
      <p class="account-line">
        <span>{wallet.kind === "demo" ? <span class="pill warn">{t("Made in this page")}</span> : <span class="soft">{wallet.name}</span>} <code class="address" title={address}>{short(address)}</code></span>
        <button class="linkish" type="button" onClick={leave}>{t("Use another wallet")}</button>
      </p>
      {wallet.kind === "demo" && <Key connected={connected} />}
    </div>
  );
}

/** Key shows the demo wallet's private key to its user. */
function Key({ connected }: { connected: Connected }) {
  const [key, setKey] = useState("");
  const show = () => void connected.request<string>("mint402_key").then(setKey, () => { /* the wallet's code did not load: the next click tries again */ });
  return key ? (
    <div class="key">
      <p class="small soft">{t("Anyone who has this key controls the wallet. Use it for test money only.")}</p>
      <div class="command"><pre tabIndex={0}><code>{key}</code></pre></div>
      <div class="buttons"><Copy text={key} label={t("Copy the key")} /><button class="button little" type="button" onClick={() => setKey("")}>{t("Hide it")}</button></div>
    </div>
  ) : (
    <p class="small soft">{t("Its key stays in this browser.")} <button class="linkish" type="button" onClick={show}>{t("Show the key")}</button></p>
  );
}
