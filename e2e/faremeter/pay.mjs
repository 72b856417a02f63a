// Faremeter, with its defaults.
import { wrap } from "@faremeter/fetch";
import { createPaymentHandler } from "@faremeter/payment-evm/exact";
import { createLocalWallet } from "@faremeter/wallet-evm";
import { init, key, report, url } from "../clients/report.mjs";

const wallet = await createLocalWallet({ id: 84532, name: "Base Sepolia" }, key);
const response = await wrap(fetch, { handlers: [createPaymentHandler(wallet)] })(url, init);
const header = response.headers.get("PAYMENT-RESPONSE");
report(response.status, header && JSON.parse(atob(header)), await response.json());
