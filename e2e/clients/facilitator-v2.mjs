// HTTPFacilitatorClient, with which official servers of version 2 use a facilitator. It has the payment of KEY for URL verified and settled by FACILITATOR, twice.
import { HTTPFacilitatorClient } from "@x402/core/server";
import { x402Client, x402HTTPClient } from "@x402/fetch";
import { ExactEvmScheme } from "@x402/evm";
import { privateKeyToAccount } from "viem/accounts";
import { key, url } from "./report.mjs";

const facilitator = new HTTPFacilitatorClient({ url: process.env.FACILITATOR });
const supported = await facilitator.getSupported();
const client = new x402Client().register("eip155:*", new ExactEvmScheme(privateKeyToAccount(key)));
const asked = await fetch(url);
const required = new x402HTTPClient(client).getPaymentRequiredResponse((name) => asked.headers.get(name), await asked.json());
const payment = await client.createPaymentPayload(required);
const requirement = required.accepts[0];
const failing = async (call) => { try { return await call(); } catch (e) { return { status: e.statusCode, error: String(e.message), reason: e.invalidReason ?? e.errorReason }; } };
const verified = await facilitator.verify(payment, requirement);
const settled = await facilitator.settle(payment, requirement);
const again = await facilitator.settle(payment, requirement);
const replayed = await facilitator.verify(payment, requirement);
const foreign = { ...requirement, payTo: "0x1111111111111111111111111111111111111111" };
const refused = [await failing(() => facilitator.verify(payment, foreign)), await failing(() => facilitator.settle(payment, foreign))];
process.stdout.write(JSON.stringify({ supported, verified, settled, again, replayed, refused }) + "\n");
