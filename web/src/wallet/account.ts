import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";

import { type Chain, hex } from "./chain";
import { type Address, type EIP1193, unsupported, WalletError } from "./provider";

type Hex = `0x${string}`;

/**
 * keyProvider returns a wallet for a private key. It signs in the page, and sends
 * other calls to the chain's own node. It is only for keys without value, such as
 * the demo's.
 */
export function keyProvider(key: Hex, chain: Chain): EIP1193 & { address: Address } {
  const account = privateKeyToAccount(key);
  const node = (method: string, params: unknown) => ask(chain, method, params);
  const mine = (address: unknown) => {
    if (String(address).toLowerCase() !== account.address.toLowerCase()) throw new WalletError(4100, "that account is not this wallet's");
  };
  return {
    address: account.address,
    async request({ method, params }) {
      const [one, two] = (params ?? []) as [unknown, unknown];
      switch (method) {
        case "eth_requestAccounts": case "eth_accounts":
          return [account.address];
        case "eth_chainId":
          return hex(chain);
        case "mint402_key": // to export it
          return key;
        case "wallet_switchEthereumChain":
          if ((one as { chainId: string }).chainId !== hex(chain)) throw new WalletError(4902, "this wallet knows one network");
          return null;
        case "eth_signTypedData_v4":
          mine(one);
          return account.signTypedData(JSON.parse(two as string));
        case "personal_sign":
          mine(two);
          return account.signMessage({ message: /^0x([0-9a-f]{2})*$/i.test(one as string) ? { raw: one as Hex } : one as string });
        case "eth_sendTransaction":
          mine((one as Call).from ?? account.address);
          return send(account, chain, one as Call, node);
        default:
          if (method.startsWith("wallet_")) throw new WalletError(unsupported, `${method} is not for this wallet`);
          return node(method, params ?? []);
      }
    },
  };
}

interface Call { from?: string; to?: Address; data?: Hex; value?: Hex; gas?: Hex }

type Node = (method: string, params: unknown) => Promise<unknown>;

async function send(account: PrivateKeyAccount, chain: Chain, call: Call, node: Node): Promise<unknown> {
  const { to, data, value } = call;
  const plain = { from: account.address, ...(to && { to }), ...(data && { data }), ...(value && { value }) };
  const [nonce, price, gas] = await Promise.all([
    node("eth_getTransactionCount", [account.address, "pending"]),
    node("eth_gasPrice", []),
    call.gas ?? node("eth_estimateGas", [plain]),
  ]) as [Hex, Hex, Hex];
  const tip = 1_000_000n;
  return node("eth_sendRawTransaction", [await account.signTransaction({
    type: "eip1559", chainId: chain.chainId, nonce: Number(nonce), gas: BigInt(gas) * 6n / 5n,
    maxFeePerGas: BigInt(price) * 2n + tip, maxPriorityFeePerGas: tip, value: BigInt(value ?? 0), ...(to && { to }), ...(data && { data }),
  })]);
}

async function ask(chain: Chain, method: string, params: unknown): Promise<unknown> {
  if (!chain.rpc) throw new WalletError(unsupported, "there is no node to ask");
  const response = await fetch(chain.rpc, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = await response.json() as { result?: unknown; error?: { code: number; message: string } };
  if (error) throw new WalletError(error.code, error.message);
  return result;
}
