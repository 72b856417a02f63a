// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What is on sale, fixed at deployment. `owner` and `minter` are the first holders of those keys; everything else
/// never changes.
struct Terms {
    string name;
    string symbol;
    string contractURI;
    /// The EIP-3009 token that is paid, USDC.
    address asset;
    /// Base units of the asset for one allotment.
    uint256 price;
    /// Base units of the launch token (18 decimals) that one price buys.
    uint256 allotment;
    /// Base units of the launch token that can ever exist; a multiple of the allotment, below 2^112.
    uint256 cap;
    /// Allotments that one payment may buy at most; 0 leaves the cap as the only limit.
    uint256 limit;
    /// Unix seconds; 0 is open from the start.
    uint64 opensAt;
    /// Unix seconds, exclusive; 0 never closes.
    uint64 closesAt;
    /// Receives the proceeds. Only its own key can name a successor, and only while the asset blacklists it.
    address treasury;
    address owner;
    address minter;
}

/// One EIP-3009 `TransferWithAuthorization` of `quantity * price` from the payer to the launch. The amount is not here:
/// the contract asks for the exact price, so a signature over any other amount is refused by the asset.
struct Payment {
    address payer;
    /// Allotments.
    uint256 quantity;
    uint256 validAfter;
    uint256 validBefore;
    /// The payment nonce.
    bytes32 nonce;
    /// r, s, v in 65 bytes from a payer without code, otherwise whatever its ERC-1271 wallet understands.
    bytes signature;
}

/// A block that the caller read, which has what the call relies on. Number 0: the call relies on no block.
struct Block {
    uint256 number;
    bytes32 hash;
}

/// What changes while a launch sells.
struct State {
    /// Allotments, over all ways to mint.
    uint256 sold;
    /// Base units of the asset paid out to the treasury.
    uint256 withdrawn;
    /// Base units of the asset that the launch holds.
    uint256 held;
    /// Received beyond `sold * price`: it can become mints or refunds, never proceeds.
    uint256 unaccounted;
    address owner;
    address pendingOwner;
    address minter;
    bool paused;
    /// Receives the proceeds now.
    address treasury;
    /// The asset blacklists the treasury: nothing can be withdrawn until the treasury names a successor.
    bool treasuryBlacklisted;
    /// May refund anything: the owner, or the last one if ownership was renounced.
    address refunder;
}

/// What a server must know about a payment before it answers, read for many payments in one call.
struct Payer {
    /// Base units of the asset.
    uint256 balance;
    /// The asset's `authorizationState(payer, nonce)`: used, or cancelled.
    bool used;
    /// False where the asset keeps no blacklist.
    bool blacklisted;
    /// Bytes of code at the payer: above 0, the asset asks ERC-1271 and nothing else.
    uint256 codeSize;
    /// As `ILaunch.chainOf`.
    bytes32 chain;
}

/// One settled payment, exactly one mint: the payer ends up with the tokens or with the money, never with both and never
/// with neither.
///
/// The launch token is also the address that is paid. Conservation holds after every call that moves money or mints:
/// `sold * price <= asset held + asset withdrawn`.
interface ILaunch {
    /// `quantity` allotments were minted for a payment; follows the ERC-20 `Transfer` from zero of the same mint.
    event Minted(bytes32 indexed id, address indexed payer, uint256 quantity);
    /// A batch did not mint this payment. `reason` is one of this interface's errors, ABI-encoded; no money moved.
    event Skipped(bytes32 indexed id, address indexed payer, bytes reason);
    event Refunded(bytes32 indexed id, address indexed payer, uint256 amount);
    event Withdrawn(address indexed treasury, uint256 amount);
    event MinterChanged(address indexed previous, address indexed minter);
    /// The treasury, which the asset blacklists, named its successor.
    event TreasuryChanged(address indexed previous, address indexed treasury);
    event Rescued(address indexed token, address indexed to, uint256 amount);
    event Paused();
    event Unpaused();

    /// Fewer than the asked allotments are left; `left` may be 0.
    error SoldOut(uint256 left);
    error NotOpen(uint256 opensAt);
    error Closed(uint256 closesAt);
    error EnforcedPause();
    /// Zero, or more than one payment may buy. `limit` is the cap in allotments where the terms set none.
    error QuantityOutOfRange(uint256 quantity, uint256 limit);
    /// The asset did not move the money. `reason` is its own revert data, cut after 260 bytes; empty when it ran out of
    /// gas or the signature is longer than any wallet's.
    error PaymentRefused(bytes reason);
    /// The payer has code now, and the caller of the batch said that it must have none.
    error HasCode();
    error NotAttempted(uint256 attempted, uint256 atLeast);
    /// More would be sold than was paid for since the launch. `received` counts what the treasury already has.
    error Insolvent(uint256 owed, uint256 received);
    /// The asset said that it paid for the mints of this call, and paid less: `received`.
    error Unpaid(uint256 owed, uint256 received);
    /// The id is in the payer's history: it was minted or refunded before.
    error AlreadySpent(bytes32 id);
    /// The history is not the payer's; `chain` is the one it must hash to.
    error WrongHistory(bytes32 chain);
    /// No list of ids that hashes to this prefix was folded for this id.
    error NotFolded(bytes32 id, bytes32 prefix);
    /// The asset does not know the authorization as used, so nothing was settled (or a reorg took it away).
    error NotSettled(bytes32 id);
    /// The block of that number is not the caller's: a reorg replaced it, or it is too old or too new to be looked up.
    error OtherBranch(uint256 number);
    /// The minter may not refund what can still be minted; `left` allotments can.
    error Mintable(uint256 left);
    /// The asset does not blacklist the treasury, so it keeps its place.
    error NotBlacklisted(address treasury);
    /// Not a token that may be rescued: the asset, or the launch itself.
    error Protected(address token);
    error Unauthorized(address caller);
    /// A constructor argument that would make a launch that cannot keep its promise.
    error InvalidTerm(string term);
    error LengthMismatch(uint256 payers, uint256 nonces);

    /// Settles one payment and mints it, or reverts with the reason. Anyone may call it, so a mint works when no server
    /// does.
    function mint(Payment calldata payment) external;

    /// Settles and mints each payment that can be, and skips the others without touching their money.
    ///
    /// `results[i]` is 0 for minted, 0xffffffff for not attempted (a tail the gas did not reach), else the selector of the
    /// error in its `Skipped`. Reverts with `NotAttempted` below `atLeast` attempts, so that a gas estimate cannot settle
    /// on a transaction that does nothing.
    ///
    /// Bit i of `codeless` says that the payer of `payments[i]` must have no code: if it has some by then, the payment is
    /// skipped with `HasCode` before the asset is called. An account can get code in the same block, by EIP-7702, and the
    /// asset would ask that code about the signature, which may burn the whole gas of the item. Payments from the 256th on
    /// have no bit. 0 lets every payer have code.
    function mintBatch(Payment[] calldata payments, uint256 atLeast, uint256 codeless)
        external
        returns (bytes4[] memory results);

    /// Mints for a payment that was settled elsewhere, out of the unaccounted money. Only the minter, and not before the
    /// opening.
    ///
    /// The payer's history is the ids in its `Minted` and `Refunded` events, oldest first. `ids` are those after `prefix`:
    /// all of them after 0, or the rest after a chain that was folded for this id.
    ///
    /// `seen` is the block of the settlement: the call reverts with `OtherBranch` unless that block is on this branch. A
    /// reorg can otherwise replace the settlement, and the call would mint for money of others. Without a block (number 0)
    /// the caller must know that the settlement is final.
    function mintSettled(
        address payer,
        bytes32 nonce,
        uint256 quantity,
        bytes32 prefix,
        bytes32[] calldata ids,
        Block calldata seen
    ) external;

    /// Pays an authorization's money back to its payer and spends the id, which is `paymentId(payer, nonce)`: a refund can
    /// neither name nor use up another account's. The asset must know the authorization as used. The refunder may; so may
    /// the minter, where no mint is possible: before the opening, after the close, or if `amount` is more than the price of
    /// all that is left. `seen` is the block of the settlement, as for `mintSettled`.
    function refund(
        address payer,
        bytes32 nonce,
        uint256 amount,
        bytes32 prefix,
        bytes32[] calldata ids,
        Block calldata seen
    ) external;

    /// Pays back money that came without an authorization. `ref` names the transfer, by convention
    /// `keccak256(transaction hash, log index)`; the id is `transferId(payer, ref)`. `seen` is the block of the transfer, as
    /// for `mintSettled`. Only the refunder.
    function refundTransfer(
        address payer,
        bytes32 ref,
        uint256 amount,
        bytes32 prefix,
        bytes32[] calldata ids,
        Block calldata seen
    ) external;

    /// Reads a part of a history, and records that `id` is not in it: the ids after `prefix`, which is 0 or a chain that
    /// was folded for this id before. `mintSettled` and the refunds of this id can then begin with the chain that is
    /// returned, so a history of any length fits into transactions. Anyone may call it.
    function fold(bytes32 id, bytes32 prefix, bytes32[] calldata ids) external returns (bytes32 chain);

    /// Pays the proceeds not yet withdrawn to the treasury. Anyone may call it.
    function withdraw() external returns (uint256 amount);

    /// Names another account to receive the proceeds. Only the treasury itself, and only while the asset blacklists it:
    /// the proceeds would otherwise be locked.
    function setTreasury(address successor) external;

    /// Sends on another token that was paid here by mistake. Never the asset, and never the launch's own token. Only the
    /// refunder.
    function rescue(address token, address to, uint256 amount) external;

    function pause() external;
    function unpause() external;
    function setMinter(address minter) external;

    function terms() external view returns (Terms memory);
    function state() external view returns (State memory);
    function inspect(address[] calldata payers, bytes32[] calldata nonces) external view returns (Payer[] memory);
    /// `keccak256(abi.encode(chain id, asset, payer, payment nonce))`: the identity of a payment, known before it settles.
    /// The chain id is that of the deployment.
    function paymentId(address payer, bytes32 nonce) external view returns (bytes32);
    /// `keccak256(abi.encode(keccak256("mint402: plain transfer"), chain id, asset, payer, ref))`: the identity of money that
    /// came without an authorization. It is of five words where a payment's is of four, so the two never meet.
    function transferId(address payer, bytes32 ref) external view returns (bytes32);
    /// Whether a call that relies on this block passes now. Before the current block, the last 256 can be looked up, and
    /// 8,191 where the chain has EIP-2935. True for number 0.
    function onBranch(Block calldata seen) external view returns (bool);
    /// A list of ids that hashes to `chain` was folded for `id`.
    function folded(bytes32 id, bytes32 chain) external view returns (bool);
    /// The hash chain over the ids minted or refunded to an account: a 144-bit number, right-aligned, 0 for none. The next
    /// link is the upper 144 bits of `keccak256(chain, id)`, both as 32-byte words.
    function chainOf(address account) external view returns (bytes32);
    function minter() external view returns (address);
    function treasury() external view returns (address);
    function paused() external view returns (bool);
    function sold() external view returns (uint256);
    function withdrawn() external view returns (uint256);
}
