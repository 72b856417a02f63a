// Reads and writes the demo's chain without the server, so that the tests do not rely
// on the reports of the server or the page.
import { createPublicClient, createWalletClient, defineChain, hexToBigInt, http, parseAbi, parseEther, parseUnits } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

export const usdc = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

export const money = parseAbi([
  "function balanceOf(address) view returns (uint256)",
  "function transfer(address to, uint256 value) returns (bool)",
  "function authorizationState(address, bytes32) view returns (bool)",
  "function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes signature)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)",
]);
export const launchABI = parseAbi([
  "function balanceOf(address) view returns (uint256)",
  "function owner() view returns (address)",
  "function minter() view returns (address)",
  "function paused() view returns (bool)",
  "function pause()",
  "function unpause()",
]);

export class Chain {
  #turns = new Map(); // the last transaction of each account, by address

  constructor(rpc, chainId) {
    this.rpc = rpc;
    this.definition = defineChain({ id: chainId, name: "demo", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 }, rpcUrls: { default: { http: [rpc] } } });
    this.client = createPublicClient({ chain: this.definition, transport: http(rpc), pollingInterval: 100, cacheTime: 0 });
  }

  /** Sends one raw JSON-RPC request. */
  request(method, params) {
    return this.client.request({ method, params });
  }

  money = (of) => this.client.readContract({ address: usdc, abi: money, functionName: "balanceOf", args: [of] });
  tokens = (token, of) => this.client.readContract({ address: token, abi: launchABI, functionName: "balanceOf", args: [of] });
  read = (token, functionName) => this.client.readContract({ address: token, abi: launchABI, functionName });
  coins = (of) => this.client.getBalance({ address: of });

  /** The number of USDC transfers between two accounts, from USDC's own logs. */
  async payments(from, to) {
    const logs = await this.client.getLogs({ address: usdc, event: money[4], args: { from, to }, fromBlock: 0n });
    return logs.length;
  }

  /** Sends a transaction with an account's key and waits until it is mined. */
  async send(key, transaction) {
    const account = privateKeyToAccount(key);
    const hash = await this.#turn(account.address, () =>
      createWalletClient({ account, chain: this.definition, transport: http(this.rpc) }).sendTransaction(transaction));
    const receipt = await this.client.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`transaction ${hash} reverted`);
    return receipt;
  }

  call(key, to, functionName, args = [], abi = launchABI) {
    const account = privateKeyToAccount(key);
    return this.#turn(account.address, async () => {
      const hash = await createWalletClient({ account, chain: this.definition, transport: http(this.rpc) }).writeContract({ address: to, abi, functionName, args });
      const receipt = await this.client.waitForTransactionReceipt({ hash });
      if (receipt.status !== "success") throw new Error(`${functionName} ${hash} reverted`);
      return receipt;
    });
  }

  /** Queues act after the account's earlier transactions, so that two never use the same account nonce. */
  async #turn(address, act) {
    const before = this.#turns.get(address) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(act);
    this.#turns.set(address, mine);
    return mine;
  }

  /** Creates an account with USDC and, if requested, coins for gas from the bank. */
  async account(bank, { money: usdcs = "10", coins = "0" } = {}) {
    const key = generatePrivateKey();
    const { address } = privateKeyToAccount(key);
    if (usdcs !== "0") await this.call(bank, usdc, "transfer", [address, parseUnits(usdcs, 6)], money);
    if (coins !== "0") await this.send(bank, { to: address, value: parseEther(coins) });
    return { key, address };
  }

  /** Sends USDC with a plain transfer, without the server: it buys no tokens. */
  give = (key, to, amount) => this.call(key, usdc, "transfer", [to, parseUnits(amount, 6)], money);

  /** Submits an authorization directly to USDC, without the launch's contract. */
  submit = (key, { authorization: a, signature }) =>
    this.call(key, usdc, "transferWithAuthorization", [a.from, a.to, BigInt(a.value), BigInt(a.validAfter), BigInt(a.validBefore), a.nonce, signature], money);

  used = (payer, nonce) => this.client.readContract({ address: usdc, abi: money, functionName: "authorizationState", args: [payer, nonce] });
}

/** A hexadecimal quantity as a number. */
export const number = (hex) => Number(hexToBigInt(hex));
