// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Authorizations} from "./Authorizations.sol";
import {IAsset} from "./IAsset.sol";
import {ILaunch, Payer, Payment, State, Terms} from "./ILaunch.sol";
import {LaunchToken} from "./LaunchToken.sol";
import {Owned} from "./Owned.sol";
import {TermsCheck} from "./TermsCheck.sol";

/// The launch: a token, and the address that is paid for it. What it promises is in `ILaunch`.
///
/// Two facts make a payment mint once. USDC lets an authorization move money once, which is all the atomic ways need. A
/// settlement made elsewhere is told from one minted here by the payer's chain of ids: whoever claims it must present the
/// whole history, and the id must not be in it.
///
/// A hash chain cut to 144 bits takes about 2^72 hashes to collide, for a payer in league with the minter, and then
/// yields no more than the unaccounted money.
contract Launch is ILaunch, Authorizations, Owned, ReentrancyGuardTransient {
    /// What a batch lets the asset burn for one item. USDC needs about 45,000; the rest is for wallets with code.
    uint256 private constant ASSET_GAS = 200_000;
    /// Kept back before each item: writing its mint or its skip, and then the end of the batch. The tests sweep gas limits
    /// over it.
    uint256 private constant RESERVE = 70_000;
    /// EIP-150: a call may take 63/64 of what is left.
    uint256 private constant GAS_TO_ATTEMPT = ASSET_GAS + ASSET_GAS / 63 + RESERVE;
    /// Longest signature passed on, so that no item can exhaust the reserve by its length.
    uint256 private constant LONGEST_SIGNATURE = 8192;
    /// Longest revert data copied from the asset: a wallet may return megabytes through it.
    uint256 private constant LONGEST_REASON = 260;
    bytes4 private constant NOT_ATTEMPTED = 0xffffffff;

    /// One word, so that a mint reads and writes one slot of the sale.
    struct Sale {
        uint64 sold;
        uint128 withdrawn;
        bool paused;
    }

    IAsset private immutable asset;
    uint256 private immutable price;
    uint256 private immutable allotment;
    /// The cap in allotments.
    uint256 private immutable count;
    uint256 private immutable limit;
    uint256 private immutable opensAt;
    uint256 private immutable closesAt;
    address private immutable treasury;
    address private immutable firstOwner;
    address private immutable firstMinter;

    Sale private sale;
    address public minter;
    string public contractURI;

    constructor(Terms memory terms_) LaunchToken(terms_.name, terms_.symbol) Owned(terms_.owner) {
        TermsCheck.requireSound(terms_);
        asset = IAsset(terms_.asset);
        price = terms_.price;
        allotment = terms_.allotment;
        count = terms_.cap / terms_.allotment;
        limit = terms_.limit;
        opensAt = terms_.opensAt;
        closesAt = terms_.closesAt;
        treasury = terms_.treasury;
        firstOwner = terms_.owner;
        firstMinter = terms_.minter;
        minter = terms_.minter;
        contractURI = terms_.contractURI;
        emit MinterChanged(address(0), terms_.minter);
    }

    function mint(Payment calldata payment) external nonReentrant {
        _requireOnSale();
        uint256 sold_ = sale.sold;
        uint256 before = asset.balanceOf(address(this));
        (bytes memory refusal,) = _attempt(payment, sold_, gasleft());
        if (refusal.length != 0) {
            assembly ("memory-safe") {
                revert(add(refusal, 0x20), mload(refusal))
            }
        }
        unchecked {
            _record(sold_, sold_ + payment.quantity, before);
        }
    }

    function mintBatch(Payment[] calldata payments, uint256 atLeast) external returns (bytes4[] memory results) {
        results = _mintBatch(payments, atLeast);
        // In memory the results already are what they are encoded as. Encoding them again would cost gas for each item
        // after the last one was attempted, which the reserve must not depend on.
        assembly ("memory-safe") {
            mstore(sub(results, 0x20), 0x20)
            return(sub(results, 0x20), add(0x40, shl(5, mload(results))))
        }
    }

    function mintSettled(address payer, bytes32 nonce, uint256 quantity, bytes32[] calldata history)
        external
        nonReentrant
    {
        if (msg.sender != minter) revert Unauthorized(msg.sender);
        uint256 sold_ = sale.sold;
        bytes memory refusal = _unavailable(quantity, sold_);
        if (refusal.length != 0) {
            assembly ("memory-safe") {
                revert(add(refusal, 0x20), mload(refusal))
            }
        }
        bytes32 id = paymentId(payer, nonce);
        _requireUnspent(payer, id, history);
        if (!asset.authorizationState(payer, nonce)) revert NotSettled(id);
        unchecked {
            sale.sold = uint64(sold_ + quantity);
            _mint(payer, quantity * allotment, id);
        }
        emit Minted(id, payer, quantity);
        _requireSolvent();
    }

    function refund(address payer, bytes32 nonce, uint256 amount, bytes32[] calldata history)
        external
        onlyOwner
        nonReentrant
    {
        bytes32 id = paymentId(payer, nonce);
        _requireUnspent(payer, id, history);
        _spend(payer, id);
        emit Refunded(id, payer, amount);
        _pay(payer, amount);
        _requireSolvent();
    }

    function withdraw() external nonReentrant returns (uint256 amount) {
        amount = sale.sold * price - sale.withdrawn;
        if (amount == 0) return 0;
        unchecked {
            sale.withdrawn += uint128(amount);
        }
        emit Withdrawn(treasury, amount);
        _pay(treasury, amount);
        _requireSolvent();
    }

    /// Stops the atomic mints and nothing else.
    function pause() external onlyOwner {
        sale.paused = true;
        emit Paused();
    }

    function unpause() external onlyOwner {
        _unpause();
    }

    /// Zero takes the key from everybody.
    function setMinter(address minter_) external onlyOwner {
        emit MinterChanged(minter, minter_);
        minter = minter_;
    }

    function terms() external view returns (Terms memory) {
        return Terms({
            name: name,
            symbol: symbol,
            contractURI: contractURI,
            asset: address(asset),
            price: price,
            allotment: allotment,
            cap: count * allotment,
            limit: limit,
            opensAt: uint64(opensAt),
            closesAt: uint64(closesAt),
            treasury: treasury,
            owner: firstOwner,
            minter: firstMinter
        });
    }

    function state() external view returns (State memory) {
        uint256 held = asset.balanceOf(address(this));
        uint256 owed = sale.sold * price;
        uint256 received = held + sale.withdrawn;
        return State({
            sold: sale.sold,
            withdrawn: sale.withdrawn,
            held: held,
            unaccounted: received > owed ? received - owed : 0,
            owner: owner,
            pendingOwner: pendingOwner,
            minter: minter,
            paused: sale.paused
        });
    }

    function inspect(address[] calldata payers, bytes32[] calldata nonces_) external view returns (Payer[] memory found) {
        if (payers.length != nonces_.length) revert LengthMismatch(payers.length, nonces_.length);
        found = new Payer[](payers.length);
        for (uint256 i; i < payers.length; ++i) {
            address payer = payers[i];
            found[i] = Payer({
                balance: asset.balanceOf(payer),
                used: asset.authorizationState(payer, nonces_[i]),
                blacklisted: TermsCheck.isBlacklisted(asset, payer),
                codeSize: payer.code.length,
                chain: _chainOf(payer)
            });
        }
    }

    function paymentId(address payer, bytes32 nonce) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, asset, payer, nonce));
    }

    function chainOf(address account) external view returns (bytes32) {
        return _chainOf(account);
    }

    function paused() external view returns (bool) {
        return sale.paused;
    }

    function sold() external view returns (uint256) {
        return sale.sold;
    }

    function withdrawn() external view returns (uint256) {
        return sale.withdrawn;
    }

    function totalSupply() external view returns (uint256) {
        return sale.sold * allotment;
    }

    function _mintBatch(Payment[] calldata payments, uint256 atLeast)
        private
        nonReentrant
        returns (bytes4[] memory results)
    {
        _requireOnSale();
        results = _unattempted(payments.length);
        uint256 before = asset.balanceOf(address(this));
        uint256 first = sale.sold;
        uint256 sold_ = first;
        uint256 i;
        for (; i < payments.length && gasleft() >= GAS_TO_ATTEMPT; ++i) {
            Payment calldata payment = payments[i];
            uint256 free;
            assembly ("memory-safe") {
                free := mload(0x40)
            }
            (bytes memory refusal, bytes32 id) = _attempt(payment, sold_, ASSET_GAS);
            if (refusal.length == 0) {
                results[i] = 0;
                unchecked {
                    sold_ += payment.quantity;
                }
            } else {
                results[i] = bytes4(refusal);
                emit Skipped(id, payment.payer, refusal);
            }
            // Nothing of an item outlives it; a batch of refusals must not pay for ever more memory.
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
        if (i < atLeast) revert NotAttempted(i, atLeast);
        if (sold_ != first) _record(first, sold_, before);
    }

    /// Supply and terms first, money second, tokens third. A refusal is an ABI-encoded error and leaves everything as it
    /// was.
    function _attempt(Payment calldata payment, uint256 sold_, uint256 gas_)
        private
        returns (bytes memory refusal, bytes32 id)
    {
        uint256 quantity = payment.quantity;
        address payer = payment.payer;
        id = paymentId(payer, payment.nonce);
        refusal = _unavailable(quantity, sold_);
        if (refusal.length != 0) return (refusal, id);
        unchecked {
            (bool moved, bytes memory reason) = _pull(payment, quantity * price, gas_);
            if (!moved) return (abi.encodeWithSelector(PaymentRefused.selector, reason), id);
            _mint(payer, quantity * allotment, id);
        }
        emit Minted(id, payer, quantity);
    }

    /// Asks the asset for the exact amount, with at most `gas_`, and copies no more of its refusal than the head.
    function _pull(Payment calldata payment, uint256 amount, uint256 gas_)
        private
        returns (bool moved, bytes memory reason)
    {
        address asset_ = address(asset);
        bytes4 selector = IAsset.transferWithAuthorization.selector;
        bytes calldata signature = payment.signature;
        if (signature.length > LONGEST_SIGNATURE) return (false, reason);
        assembly ("memory-safe") {
            let data := mload(0x40)
            let size := add(0x104, and(add(signature.length, 0x1f), not(0x1f)))
            mstore(data, selector)
            mstore(add(data, 0x04), calldataload(payment))
            mstore(add(data, 0x24), address())
            mstore(add(data, 0x44), amount)
            // validAfter, validBefore and nonce, as they stand in the payment after payer and quantity.
            calldatacopy(add(data, 0x64), add(payment, 0x40), 0x60)
            mstore(add(data, 0xc4), 0xe0)
            mstore(add(data, 0xe4), signature.length)
            calldatacopy(add(data, 0x104), signature.offset, signature.length)
            mstore(add(data, add(0x104, signature.length)), 0)
            moved := call(gas_, asset_, 0, data, size, 0, 0)
            if iszero(moved) {
                let length := returndatasize()
                if gt(length, LONGEST_REASON) { length := LONGEST_REASON }
                reason := data
                mstore(reason, length)
                returndatacopy(add(reason, 0x20), 0, length)
                mstore(0x40, add(reason, and(add(length, 0x3f), not(0x1f))))
            }
        }
    }

    function _requireOnSale() private view {
        if (sale.paused) revert EnforcedPause();
        if (block.timestamp < opensAt) revert NotOpen(opensAt);
        if (closesAt != 0 && block.timestamp >= closesAt) revert Closed(closesAt);
    }

    /// The ABI-encoded error that keeps `quantity` allotments from being sold, or nothing.
    function _unavailable(uint256 quantity, uint256 sold_) private view returns (bytes memory refusal) {
        uint256 most = limit == 0 ? count : limit;
        if (quantity == 0 || quantity > most) {
            return abi.encodeWithSelector(QuantityOutOfRange.selector, quantity, most);
        }
        unchecked {
            if (quantity > count - sold_) return abi.encodeWithSelector(SoldOut.selector, count - sold_);
        }
    }

    function _requireUnspent(address payer, bytes32 id, bytes32[] calldata history) private view {
        bytes32 chain;
        bool spent;
        for (uint256 i; i < history.length; ++i) {
            chain = _nextChain(chain, history[i]);
            if (history[i] == id) spent = true;
        }
        if (chain != _chainOf(payer)) revert WrongHistory(_chainOf(payer));
        if (spent) revert AlreadySpent(id);
    }

    /// Marks what atomic mints sold, and holds the asset to what it said: the money of every one of them came in.
    function _record(uint256 first, uint256 sold_, uint256 before) private {
        sale.sold = uint64(sold_);
        uint256 held = _requireSolvent();
        unchecked {
            uint256 owed = (sold_ - first) * price;
            if (held < before + owed) revert Insolvent(owed, held > before ? held - before : 0);
        }
    }

    /// Conservation.
    function _requireSolvent() private view returns (uint256 held) {
        held = asset.balanceOf(address(this));
        uint256 owed = sale.sold * price;
        uint256 received = held + sale.withdrawn;
        if (received < owed) revert Insolvent(owed, received);
    }

    function _pay(address to, uint256 amount) private {
        if (!asset.transfer(to, amount)) revert PaymentRefused("");
    }

    function _unpause() private {
        sale.paused = false;
        emit Unpaused();
    }

    /// Nobody could unpause afterwards.
    function _onRenounce() internal override {
        if (sale.paused) _unpause();
    }

    /// An array of `length` times `NOT_ATTEMPTED`, with a spare word in front of it for `mintBatch`.
    function _unattempted(uint256 length) private pure returns (bytes4[] memory results) {
        bytes4 fill = NOT_ATTEMPTED;
        assembly ("memory-safe") {
            results := add(mload(0x40), 0x20)
            let data := add(results, 0x20)
            let size := shl(5, length)
            mstore(0x40, add(data, size))
            mstore(results, length)
            if length { mstore(data, fill) }
            // Doubles what is filled.
            for { let done := 0x20 } lt(done, size) { done := shl(1, done) } {
                let rest := sub(size, done)
                if gt(rest, done) { rest := done }
                mcopy(add(data, done), data, rest)
            }
        }
    }
}
