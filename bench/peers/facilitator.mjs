// The packages' own facilitators, of both versions, with one key on one node:
// PORT, RPC, KEY. The wallet is what createSigner of x402 makes, and viem's
// nonceManager, without which a third or more of a burst fails for account
// nonces that were taken twice.
import express from "express";
import { createWalletClient, http, publicActions } from "viem";
import { nonceManager, privateKeyToAccount } from "viem/accounts";
import { baseSepolia } from "viem/chains";
import { settle, verify } from "x402/facilitator";
import { x402Facilitator } from "@x402/core/facilitator";
import { toFacilitatorEvmSigner } from "@x402/evm";
import { registerExactEvmScheme } from "@x402/evm/exact/facilitator";

const account = privateKeyToAccount(process.env.KEY, { nonceManager });
const wallet = createWalletClient({ account, chain: baseSepolia, transport: http(process.env.RPC) }).extend(publicActions);
const second = new x402Facilitator();
registerExactEvmScheme(second, { signer: toFacilitatorEvmSigner({ ...wallet, address: account.address }), networks: "eip155:84532" });

const app = express();
app.use(express.json({ limit: "1mb" }));
const answer = (first, later) => async (req, res) => {
  const { paymentPayload, paymentRequirements } = req.body;
  try {
    res.json(paymentPayload.x402Version === 1
      ? await first(wallet, paymentPayload, paymentRequirements)
      : await later(paymentPayload, paymentRequirements));
  } catch (error) {
    console.error(error);
    res.status(500).json({ error: String(error) });
  }
};
app.post("/verify", answer(verify, (p, r) => second.verify(p, r)));
app.post("/settle", answer(settle, (p, r) => second.settle(p, r)));
app.get("/supported", (_, res) => res.json(second.getSupported()));
app.listen(Number(process.env.PORT), "127.0.0.1");
