// Mints from a launch with the official x402 client, unmodified, and reads the order
// until it is final.
//
//   KEY=0x59c6… npm start http://127.0.0.1:4021/mint
import { ExactEvmScheme } from "@x402/evm";
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";

type Order = { paymentId: string; state: string; final: boolean; tokens: string; symbol: string; transaction?: string };

const [url] = process.argv.slice(2);
const key = process.env.KEY as `0x${string}` | undefined;
if (!url || !key) {
  console.error("usage: KEY=0x… npm start URL");
  process.exit(2);
}

// The client reads the 402, signs one USDC authorization (EIP-3009) and sends the request again with it.
const client = new x402Client().register("eip155:*", new ExactEvmScheme(privateKeyToAccount(key)));
const response = await wrapFetchWithPayment(fetch, client)(url);
const receipt = response.headers.get("PAYMENT-RESPONSE");
if (!response.ok || !receipt) {
  console.error(`not minted: ${response.status} ${await response.text()}`);
  process.exit(1);
}
const paid = decodePaymentResponseHeader(receipt);
let order = (await response.json()) as Order;
console.log(`minted ${order.tokens} ${order.symbol} to ${paid.payer} in transaction ${paid.transaction}`);

// A block can still be replaced by another. A final order cannot change any more.
for (const end = Date.now() + 60_000; !order.final && Date.now() < end; ) {
  await new Promise((wake) => setTimeout(wake, 1000));
  order = (await (await fetch(new URL(`/orders/${order.paymentId}`, url))).json()) as Order;
}
console.log(`order ${order.paymentId} is ${order.state}${order.final ? ", final" : ""}`);
