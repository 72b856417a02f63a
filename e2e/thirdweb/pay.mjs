// thirdweb's fetch, with its defaults.
import { createThirdwebClient } from "thirdweb";
import { baseSepolia } from "thirdweb/chains";
import { createWalletAdapter, privateKeyToAccount } from "thirdweb/wallets";
import { wrapFetchWithPayment } from "thirdweb/x402";
import { init, key, report, url } from "../clients/report.mjs";

const client = createThirdwebClient({ clientId: "mint402-e2e" });
const adaptedAccount = privateKeyToAccount({ client, privateKey: key });
const wallet = createWalletAdapter({ client, adaptedAccount, chain: baseSepolia, onDisconnect() {}, switchChain() {} });
const response = await wrapFetchWithPayment(fetch, client, wallet)(url, init);
const header = response.headers.get("PAYMENT-RESPONSE");
report(response.status, header && JSON.parse(atob(header)), await response.json());
