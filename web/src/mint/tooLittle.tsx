import type { ComponentChildren } from "preact";

import { bought, type LaunchTerms, money, type PageData, paid, total } from "./terms";

const faucet = "https://faucet.circle.com/"; // Circle's, for USDC on test networks

/** TooLittle says how much the account lacks, and where to get it. */
export function TooLittle({ data, launch, quantity, balance, choose, children }: {
  data: PageData; launch: LaunchTerms; quantity: number; balance: bigint; choose: (n: number) => void; children?: ComponentChildren;
}) {
  const { decimals, symbol } = launch.asset;
  const enough = Number(balance / BigInt(launch.price.amount));
  return (
    <div class="note warn">
      <p class="note-title">{money(total(launch, quantity) - balance, decimals)} {symbol} is missing</p>
      <p>This account holds {money(balance, decimals)} {symbol} on {data.network.title}, and this takes {paid(launch, quantity)}.</p>
      <div class="buttons">
        {children}
        {enough > 0 && <button class="button little" type="button" onClick={() => choose(enough)}>Choose {bought(launch, enough)}</button>}
        {!data.demo && data.network.testnet && symbol === "USDC" && <a class="button little" href={faucet} target="_blank" rel="noopener noreferrer">Get test {symbol}</a>}
        {data.buyUrl && <a class="button little" href={data.buyUrl} target="_blank" rel="noopener noreferrer">Get {symbol}</a>}
      </div>
    </div>
  );
}
