// A shop as the README of @x402/express has it: songs for 0.10 USDC to PAY_TO, settled by FACILITATOR, with TOKEN if it needs one. It prints its port.
import express from "express";
import { paymentMiddleware, x402ResourceServer } from "@x402/express";
import { ExactEvmScheme } from "@x402/evm/exact/server";
import { HTTPFacilitatorClient } from "@x402/core/server";

const headers = { Authorization: `Bearer ${process.env.TOKEN}` };
const facilitator = new HTTPFacilitatorClient({ url: process.env.FACILITATOR, ...(process.env.TOKEN && { createAuthHeaders: async () => ({ verify: headers, settle: headers, supported: headers }) }) });
const app = express();
app.use(paymentMiddleware({
  "GET /songs/*": { accepts: { scheme: "exact", price: "$0.10", network: "eip155:84532", payTo: process.env.PAY_TO, maxTimeoutSeconds: 300 }, description: "One song" },
}, new x402ResourceServer(facilitator).register("eip155:84532", new ExactEvmScheme())));
app.get("/songs/:song", (req, res) => res.json({ bought: "song " + req.params.song }));
const server = app.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
