// x402-axios, a client of version 1.
import axios from "axios";
import { privateKeyToAccount } from "viem/accounts";
import { decodeXPaymentResponse, withPaymentInterceptor } from "x402-axios";
import { init, key, report, url } from "./report.mjs";

const response = await withPaymentInterceptor(axios.create(), privateKeyToAccount(key)).get(url, init)
  .catch((e) => e.response ?? Promise.reject(e)); // it throws for every status but 2xx
const header = response.headers["x-payment-response"];
report(response.status, header && decodeXPaymentResponse(header), response.data);
