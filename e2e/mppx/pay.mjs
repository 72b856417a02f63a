// mppx, the client of MPP, with its defaults. The receipt that it prints has the nonces of all that it signed, too.
import { Receipt } from "mppx";
import { Mppx, evm } from "mppx/client";
import { privateKeyToAccount } from "viem/accounts";
import { init, key, report, url } from "../clients/report.mjs";

const account = privateKeyToAccount(key);
const nonces = new Set();
const observed = {
  ...account,
  signTypedData(data) {
    nonces.add(data.message.nonce);
    return account.signTypedData(data);
  },
};
const client = Mppx.create({ methods: [evm.charge({ account: observed, currencies: [evm.assets.baseSepolia.USDC] })], polyfill: false });
const response = await client.fetch(url, init);
const header = response.headers.get("Payment-Receipt");
report(response.status, { ...(header && Receipt.deserialize(header)), nonces: [...nonces] }, await response.json());
