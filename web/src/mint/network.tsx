import { t } from "../language";
import { type Chain, chainDetails, type Connection, type ConnectionState } from "../wallet";
import { Notice } from "./notice";
import { titleOf } from "../wallet/chain";

/** Network asks the user to switch the wallet's network. It adds an unknown network only after a click on a button that says so. */
export function Network({ chain, link, connection }: { chain: Chain; link: Extract<ConnectionState, { at: "connected" }>; connection: Connection }) {
  const details = chainDetails(chain);
  const rpc = details.rpcUrls[0];
  const other = titleOf(link.connected.chainId);
  return (
    <>
      <h3 class="state-title" {...(!link.trouble && { "data-focus": true })} tabIndex={-1}>{t("The wallet is on another network")}</h3>
      <p>{other ? t("This token is on {network}. Nothing can be signed for it from {other}.", chain.title, other) : t("This token is on {network}. Nothing can be signed for it from chain {id}.", chain.title, link.connected.chainId)}</p>
      {link.trouble && <Notice words={link.trouble} kind="warn" level="p" />}
      {link.unknown && (
        <dl class="facts" aria-label={t("The network")}>
          <div><dt>{t("Name")}</dt><dd>{details.chainName}</dd></div>
          <div><dt>{t("Chain id")}</dt><dd>{chain.chainId}</dd></div>
          <div><dt>{t("Node")}</dt><dd>{rpc ? <code>{rpc}</code> : t("one of your choice")}</dd></div>
          <div><dt>{t("Coin")}</dt><dd>{details.nativeCurrency.symbol}</dd></div>
        </dl>
      )}
      <div class="buttons">
        <button class="button primary" type="button" disabled={link.asking !== undefined} onClick={() => void connection.toChain()}>
          {link.asking === "switch" ? t("Waiting for the wallet") : t("Switch to {network}", chain.title)}
        </button>
        {link.unknown && rpc && (
          <button class="button" type="button" disabled={link.asking !== undefined} onClick={() => void connection.addChain()}>
            {link.asking === "add" ? t("Waiting for the wallet") : t("Add {network} to the wallet", chain.title)}
          </button>
        )}
        <button class="button" type="button" onClick={() => connection.leave()}>{t("Use another wallet")}</button>
      </div>
    </>
  );
}
