// Another payer, with the official client and without a browser.
import { ExactEvmScheme } from "@x402/evm";
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";

/** Mints quantity at a server and returns the answer with its receipt. */
export async function payOnce(server, key, { path = "/mint", quantity = 1 } = {}) {
  const client = new x402Client().register("eip155:*", new ExactEvmScheme(privateKeyToAccount(key)));
  const response = await wrapFetchWithPayment(fetch, client)(`${server}${path}${quantity > 1 ? `?quantity=${quantity}` : ""}`);
  const header = response.headers.get("PAYMENT-RESPONSE");
  return { status: response.status, settled: header && decodePaymentResponseHeader(header), body: await response.json() };
}

/** Signs a payment with the official client without sending it. */
export async function signOnly(server, key, { path = "/mint", quantity = 1 } = {}) {
  const url = `${server}${path}${quantity > 1 ? `?quantity=${quantity}` : ""}`;
  let header;
  const keep = async (input, init) => {
    const request = new Request(input, init);
    if (!request.headers.has("PAYMENT-SIGNATURE")) return fetch(request);
    header = request.headers.get("PAYMENT-SIGNATURE");
    return new Response("{}", { status: 202 });
  };
  const client = new x402Client().register("eip155:*", new ExactEvmScheme(privateKeyToAccount(key)));
  await wrapFetchWithPayment(keep, client)(url);
  const { payload } = JSON.parse(Buffer.from(header, "base64").toString());
  return { url, header, payload };
}
