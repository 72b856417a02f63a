// A shop as the README of x402-express has it: PORT, FACILITATOR, PAY_TO.
import express from "express";
import { paymentMiddleware } from "x402-express";

const app = express();
app.use(paymentMiddleware(process.env.PAY_TO, {
  "GET /mint": {
    price: "$0.10",
    network: "base-sepolia",
    config: { description: "Mint 5,000 PING for 0.10 USDC", mimeType: "application/json", maxTimeoutSeconds: 300 },
  },
}, { url: process.env.FACILITATOR }));
app.get("/mint", (_, res) => res.json({ tokens: "5000", symbol: "PING" }));
app.listen(Number(process.env.PORT), "127.0.0.1");
