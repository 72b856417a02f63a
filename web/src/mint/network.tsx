import { type Chain, chainDetails, type Connection, type ConnectionState } from "../wallet";
import { Notice } from "./notice";

/** Network asks the user to switch the wallet's network. It adds an unknown network only after a click on a button that says so. */
export function Network({ chain, link, connection }: { chain: Chain; link: Extract<ConnectionState, { at: "connected" }>; connection: Connection }) {
  const details = chainDetails(chain);
  const rpc = details.rpcUrls[0];
  return (
    <>
      <h3 class="state-title" {...(!link.trouble && { "data-focus": true })} tabIndex={-1}>The wallet is on another network</h3>
      <p>This token is on {chain.title}. Nothing can be signed for it from chain {link.connected.chainId}.</p>
      {link.trouble && <Notice words={link.trouble} kind="warn" level="p" />}
      {link.unknown && (
        <dl class="facts" aria-label="The network">
          <div><dt>Name</dt><dd>{details.chainName}</dd></div>
          <div><dt>Chain id</dt><dd>{chain.chainId}</dd></div>
          <div><dt>Node</dt><dd>{rpc ? <code>{rpc}</code> : "one of your choice"}</dd></div>
          <div><dt>Coin</dt><dd>{details.nativeCurrency.symbol}</dd></div>
        </dl>
      )}
      <div class="buttons">
        <button class="button primary" type="button" disabled={link.asking !== undefined} onClick={() => void connection.toChain()}>
          {link.asking === "switch" ? "Waiting for the wallet" : `Switch to ${chain.title}`}
        </button>
        {link.unknown && rpc && (
          <button class="button" type="button" disabled={link.asking !== undefined} onClick={() => void connection.addChain()}>
            {link.asking === "add" ? "Waiting for the wallet" : `Add ${chain.title} to the wallet`}
          </button>
        )}
        <button class="button quiet" type="button" onClick={() => connection.leave()}>Use another wallet</button>
      </div>
    </>
  );
}
