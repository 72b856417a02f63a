// useFacilitator, with which official servers of version 1 use a facilitator. It has the payment of KEY for URL verified and settled by FACILITATOR, twice.
import { createRequire } from "node:module";
import { key, url } from "./report.mjs";

// The copy of x402 that x402-fetch has.
const of = createRequire(createRequire(import.meta.url).resolve("x402-fetch"));
const { useFacilitator } = of("x402/verify");
const { createPaymentHeader } = of("x402/client");
const { exact } = of("x402/schemes");
const { createSigner } = of("x402/types");

const facilitator = useFacilitator({ url: process.env.FACILITATOR });
const supported = await facilitator.supported();
const { accepts } = await (await fetch(url)).json();
const header = await createPaymentHeader(await createSigner("base-sepolia", key), 1, accepts[0]);
const payment = exact.evm.decodePayment(header);
const failing = async (call) => { try { return await call(); } catch (e) { return { status: e.statusCode, error: String(e.message), reason: e.invalidReason ?? e.errorReason }; } };
const verified = await facilitator.verify(payment, accepts[0]);
const settled = await facilitator.settle(payment, accepts[0]);
const again = await facilitator.settle(payment, accepts[0]);
const replayed = await facilitator.verify(payment, accepts[0]);
const foreign = { ...accepts[0], payTo: "0x1111111111111111111111111111111111111111" };
const refused = [await failing(() => facilitator.verify(payment, foreign)), await failing(() => facilitator.settle(payment, foreign))];
process.stdout.write(JSON.stringify({ supported, verified, settled, again, replayed, refused }) + "\n");
