// The official facilitator of x402, over HTTP. It settles on the node RPC with the account of KEY, and prints its port.
import express from "express";
import { createWalletClient, http, publicActions } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { baseSepolia } from "viem/chains";
import { x402Facilitator } from "@x402/core/facilitator";
import { toFacilitatorEvmSigner } from "@x402/evm";
import { ExactEvmScheme } from "@x402/evm/exact/facilitator";

const account = privateKeyToAccount(process.env.KEY);
const wallet = createWalletClient({ account, chain: baseSepolia, transport: http(process.env.RPC), pollingInterval: 100 }).extend(publicActions);
const facilitator = new x402Facilitator().register("eip155:84532", new ExactEvmScheme(toFacilitatorEvmSigner({ ...wallet, address: account.address })));
// One settlement at a time. Two at once would take the same account nonce; and with viem's nonceManager, one that fails can leave a gap below the others.
let last = Promise.resolve();
const settle = ({ paymentPayload, paymentRequirements }) => (last = last.catch(() => {}).then(() => facilitator.settle(paymentPayload, paymentRequirements)));

const app = express().use(express.json());
app.get("/supported", (_, res) => res.json(facilitator.getSupported()));
app.post("/verify", async ({ body }, res) => res.json(await facilitator.verify(body.paymentPayload, body.paymentRequirements)));
app.post("/settle", async ({ body }, res) => res.json(await settle(body)));
const server = app.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
