// A shop as the README of mppx has it, for an EVM charge of 0.10 USDC to PAY_TO. mppx itself checks terms and signature, and has FACILITATOR,
// one of x402, settle. A 402 offers MPP and x402, and that of /mpp only MPP. It prints its port.
import { createServer } from "node:http";
import { Mppx, Request as Bridge, evm } from "mppx/server";

const mppx = Mppx.create({
  realm: "127.0.0.1",
  secretKey: "mint402-test-secret-0123456789abcdef",
  methods: [evm.charge({ currency: evm.assets.baseSepolia.USDC, recipient: process.env.PAY_TO, x402: { facilitator: process.env.FACILITATOR } })],
});
const handler = async (request) => {
  const response = await mppx.charge({ amount: "0.10" })(request);
  if (response.status !== 402) return response.withReceipt(Response.json({ bought: "a song" }));
  if (new URL(request.url).pathname === "/mpp") response.challenge.headers.delete("PAYMENT-REQUIRED");
  return response.challenge;
};
const server = createServer(Bridge.toNodeListener(handler)).listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
