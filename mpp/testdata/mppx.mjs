// Prints the credential of testdata/mppx.txt, signed by mppx 0.11.0 for the challenge of the
// vector in mpp_test.go. Run it where mppx and viem are installed.
import { Challenge } from "mppx";
import { evm } from "mppx/client";
import { privateKeyToAccount } from "viem/accounts";

const request = { amount: "1000000", currency: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", methodDetails: { chainId: 8453,
  credentialTypes: ["authorization"], decimals: 6, permit2Address: "0x000000000022D473030F116dDEE9F6B43aC78BA3" },
  recipient: "0x1111111111111111111111111111111111111111" };
const challenge = Challenge.from({ realm: "mint.example", method: "evm", intent: "charge", request, expires: "2026-12-01T00:05:00Z",
  meta: { launch: "ping", quantity: "1", salt: "AAAAAAAAAAAAAAAA" }, secretKey: "mint402-test-secret-0123456789abcdef" });
const account = privateKeyToAccount("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
const method = evm.charge({ account, authorization: { name: "USD Coin", version: "2" } });
const wire = Challenge.deserialize(Challenge.serialize(challenge));
console.log(await method.createCredential({ challenge: wire, context: {} }));
