// A shop as the README of @x402/express has it: PORT, FACILITATOR, PAY_TO.
import express from "express";
import { paymentMiddleware, x402ResourceServer } from "@x402/express";
import { ExactEvmScheme } from "@x402/evm/exact/server";
import { HTTPFacilitatorClient } from "@x402/core/server";

const facilitator = new HTTPFacilitatorClient({ url: process.env.FACILITATOR });
const server = new x402ResourceServer(facilitator).register("eip155:84532", new ExactEvmScheme());
const app = express();
app.use(paymentMiddleware({
  "GET /mint": {
    accepts: { scheme: "exact", price: "$0.10", network: "eip155:84532", payTo: process.env.PAY_TO, maxTimeoutSeconds: 300 },
    description: "Mint 5,000 PING for 0.10 USDC",
    mimeType: "application/json",
  },
}, server));
app.get("/mint", (_, res) => res.json({ tokens: "5000", symbol: "PING" }));
app.listen(Number(process.env.PORT), "127.0.0.1");
