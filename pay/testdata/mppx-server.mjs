// A shop as the README of mppx has it, for an EVM charge: MODULES is the directory of
// node_modules. The settlement is a stub: mppx itself checks terms and signature. Prints
// its port, then each payment that it took.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.env.MODULES + "/shop.mjs");
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { Mppx, Request: Bridge, evm } = await load("mppx/server");

const mppx = Mppx.create({
  realm: "127.0.0.1",
  secretKey: "mint402-test-secret-0123456789abcdef",
  methods: [evm.charge({
    currency: "0x036CbD53842c5426634e7929541eC2318f3dCF7e", chainId: 84532, decimals: 6, authorization: { name: "USDC", version: "2" },
    recipient: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    settle: async ({ payload }) => {
      console.log(`took ${payload.value} from ${payload.from} nonce ${payload.nonce}`);
      return { reference: "0x" + "07".repeat(32) };
    },
  })],
});
const handler = async (request) => {
  const response = await mppx.charge({ amount: "0.10" })(request);
  return response.status === 402 ? response.challenge : response.withReceipt(Response.json({ bought: "a song" }));
};
const server = createServer(Bridge.toNodeListener(handler)).listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
