// x402-axios, a client of version 1.
import axios from "axios";
import { privateKeyToAccount } from "viem/accounts";
import { decodeXPaymentResponse, withPaymentInterceptor } from "x402-axios";
import { key, report, url } from "./report.mjs";

const response = await withPaymentInterceptor(axios.create(), privateKeyToAccount(key)).get(url);
const header = response.headers["x-payment-response"];
report(response.status, header && decodeXPaymentResponse(header), response.data);
