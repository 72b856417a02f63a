import type { ComponentChildren } from "preact";

import { t } from "../language";
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
      <p class="note-title">{t("{price} is missing", `${money(total(launch, quantity) - balance, decimals)} ${symbol}`)}</p>
      <p>{t("This account holds {balance} on {network}, and this takes {price}.", `${money(balance, decimals)} ${symbol}`, data.network.title, paid(launch, quantity))}</p>
      <div class="buttons">
        {children}
        {enough > 0 && <button class="button little" type="button" onClick={() => choose(enough)}>{t("Choose {tokens}", bought(launch, enough))}</button>}
        {!data.demo && data.network.testnet && symbol === "USDC" && <a class="button little" href={faucet} target="_blank" rel="noopener noreferrer">{t("Get test {symbol}", symbol)}</a>}
        {data.buyUrl && <a class="button little" href={data.buyUrl} target="_blank" rel="noopener noreferrer">{t("Get {symbol}", symbol)}</a>}
      </div>
    </div>
  );
}
