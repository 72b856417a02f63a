import { useEffect, useState } from "preact/hooks";

import { t } from "../language";
import { OtherDevice } from "./otherDevice";
import type { Wallet, Wallets } from "./discovery";

/** Chooser lists the wallets found so far, and adds those that are announced later. */
export function Chooser({ wallets, choose, url }: { wallets: Wallets; choose: (wallet: Wallet) => void; url?: string }) {
  const [list, setList] = useState(wallets.list());
  useEffect(() => {
    setList(wallets.list());
    return wallets.subscribe(setList);
  }, [wallets]);
  const found = list.some((wallet) => wallet.kind === "announced" || wallet.kind === "injected");
  return (
    <>
    <div class="wallets" role="group" aria-label={t("Wallets")}>
      {list.map((wallet) => (
        <button key={wallet.id} class="wallet" type="button" onClick={() => choose(wallet)}>
          {wallet.icon ? <img src={wallet.icon} alt="" width="32" height="32" /> : <span class="wallet-mark" aria-hidden="true">{wallet.name.slice(0, 1).toUpperCase()}</span>}
          <span>{wallet.name}</span>
        </button>
      ))}
      {!found && <p class="none">{t("No wallet was found in this browser.")}{!url && ` ${t("Install one, or open this page in a wallet’s own browser.")}`}</p>}
    </div>
    {url && <OtherDevice url={url} found={found} />}
    </>
  );
}
