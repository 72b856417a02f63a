// x402-fetch, a client of version 1, with its default limit of 0.10 USDC.
import { createSigner, decodeXPaymentResponse, wrapFetchWithPayment } from "x402-fetch";
import { init, key, report, url } from "./report.mjs";

const signer = await createSigner("base-sepolia", key);
const response = await wrapFetchWithPayment(fetch, signer)(url, init);
const header = response.headers.get("X-PAYMENT-RESPONSE");
report(response.status, header && decodeXPaymentResponse(header), await response.json());
