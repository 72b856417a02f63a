// The reference of the extension offer-receipt, both ways. It reads signed offers and receipts from standard input, one
// JSON array, and prints the payload that it verified of each. Then it prints statements of its own, in every format.
import { generateKeyPairSync, sign as signBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import * as ext from "@x402/extensions/offer-receipt";
import { privateKeyToAccount } from "viem/accounts";

const verified = [];
for (const { kind, signed } of JSON.parse(readFileSync(0, "utf8"))) {
  const format = signed.format === "jws" ? "JWS" : "EIP712";
  const result = await ext[`verify${kind}Signature${format}`](signed);
  verified.push(result.signer ? { signer: result.signer, payload: result.payload } : { payload: result });
}

const account = privateKeyToAccount(process.env.KEY);
const resource = "https://mint.example/mint";
const offer = { acceptIndex: 0, scheme: "exact", network: "eip155:84532", asset: "0x036CbD53842c5426634e7929541eC2318f3dCF7e", payTo: account.address, amount: "100000" };
const receipt = { resourceUrl: resource, payer: account.address, network: "eip155:84532", transaction: "0x" + "ab".repeat(32) };
const typed = (p) => account.signTypedData(p);
const made = [
  { name: "eip712 offer", signed: await ext.createOfferEIP712(resource, offer, typed) },
  { name: "eip712 receipt", signed: await ext.createReceiptEIP712(receipt, typed) },
  { name: "eip712 receipt without a transaction", signed: await ext.createReceiptEIP712({ ...receipt, transaction: undefined }, typed) },
];
const kinds = { EdDSA: ["ed25519"], ES256K: ["ec", { namedCurve: "secp256k1" }], ES256: ["ec", { namedCurve: "P-256" }] };
for (const [algorithm, how] of Object.entries(kinds)) {
  const { privateKey, publicKey } = generateKeyPairSync(...how);
  const jwk = Buffer.from(JSON.stringify(publicKey.export({ format: "jwk" }))).toString("base64url");
  const signer = {
    format: "jws",
    algorithm,
    kid: `did:jwk:${jwk}#0`,
    // Node makes signatures with a high s half of the time.
    sign: async (data) => signBytes(algorithm === "EdDSA" ? null : "sha256", data, { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url"),
  };
  for (let i = 0; i < 8; i++) {
    made.push({ name: `${algorithm} offer ${i}`, signed: await ext.createOfferJWS(resource, offer, signer) });
    made.push({ name: `${algorithm} receipt ${i}`, signed: await ext.createReceiptJWS(receipt, signer) });
  }
}
process.stdout.write(JSON.stringify({ verified, made, account: account.address }) + "\n");
