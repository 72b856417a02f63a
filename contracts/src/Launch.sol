// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {AssetCall} from "./AssetCall.sol";
import {Authorizations} from "./Authorizations.sol";
import {BatchResults} from "./BatchResults.sol";
import {Branch} from "./Branch.sol";
import {Block, ILaunch, Payer, Payment, State, Terms} from "./ILaunch.sol";
import {LaunchToken} from "./LaunchToken.sol";
import {Owned} from "./Owned.sol";
import {SpentIds} from "./SpentIds.sol";
import {TermsCheck} from "./TermsCheck.sol";
import {Treasury} from "./Treasury.sol";

/// The launch: the token, and the address that payers pay for it. `ILaunch` states what it promises.
///
/// Two rules make a payment mint once. First, USDC lets an authorization move money once. The atomic mints rely on that
/// alone: they add ids to the payer's hash chain and never search it. Second, a settled mint or a refund searches the
/// history: its caller passes the payer's ids, and the payment's id must not be among them. `authorizationState` connects
/// the two: a settled mint or a refund needs an authorization that USDC no longer accepts, so no atomic mint can use it.
///
/// The hash chain is cut to 144 bits. A collision takes about 2^72 hashes to find and the minter's key to use, and yields
/// at most the unaccounted money.
contract Launch is ILaunch, Authorizations, SpentIds, Branch, Treasury, Owned, ReentrancyGuardTransient {
    /// The gas that a batch gives the asset for one item. USDC needs about 45,000; the rest is for wallets with code.
    uint256 private constant ASSET_GAS = 200_000;
    /// The gas that is left after an item's call to the asset, to write its mint or its skip and to end the batch. Of 2,150
    /// gas limits for batches (`BatchGas.t.sol`), 76 reverted a whole batch with 30,000 here, and none with 60,000.
    uint256 private constant RESERVE = 70_000;
    /// A batch attempts an item only with this gas. EIP-150: a call gets at most 63/64 of the gas that is left.
    uint256 private constant GAS_TO_ATTEMPT = ASSET_GAS + ASSET_GAS / 63 + RESERVE;
    /// Is hashed into the id of a plain transfer, so that it cannot equal the id of an authorization.
    bytes32 private constant TRANSFER = keccak256("mint402: plain transfer");

    /// Fits one storage slot, so that a mint reads and writes the sale once.
    struct Sale {
        uint64 sold;
        uint128 withdrawn;
        bool paused;
    }

    uint256 private immutable price;
    uint256 private immutable allotment;
    /// The cap in allotments.
    uint256 private immutable count;
    uint256 private immutable limit;
    uint256 private immutable opensAt;
    uint256 private immutable closesAt;
    /// The chain id at deployment. Ids keep it after a fork that changes the chain id, so a spent id stays spent.
    uint256 private immutable chainId;
    address private immutable firstOwner;
    address private immutable firstMinter;

    Sale private sale;
    address public minter;
    string public contractURI;

    constructor(Terms memory terms_)
        LaunchToken(terms_.name, terms_.symbol)
        Treasury(terms_.asset, terms_.treasury)
        Owned(terms_.owner)
    {
        TermsCheck.requireSound(terms_);
        price = terms_.price;
        allotment = terms_.allotment;
        count = terms_.cap / terms_.allotment;
        limit = terms_.limit;
        opensAt = terms_.opensAt;
        closesAt = terms_.closesAt;
        chainId = block.chainid;
        firstOwner = terms_.owner;
        firstMinter = terms_.minter;
        minter = terms_.minter;
        contractURI = terms_.contractURI;
        emit MinterChanged(address(0), terms_.minter);
    }

    function mint(Payment calldata payment) external nonReentrant {
        _requireTerms(true);
        uint256 sold_ = sale.sold;
        uint256 before = asset.balanceOf(address(this));
        (bytes memory refusal,) = _attempt(payment, sold_, gasleft(), false);
        _requireNone(refusal);
        unchecked {
            _record(sold_, sold_ + payment.quantity, before);
        }
    }

    /// `answer` ends the call at once, without the end of a modifier. So the lock is on `_mintBatch`.
    function mintBatch(Payment[] calldata payments, uint256 atLeast, uint256 codeless)
        external
        returns (bytes4[] memory results)
    {
        results = _mintBatch(payments, atLeast, codeless);
        BatchResults.answer(results);
    }

    function mintSettled(
        address payer,
        bytes32 nonce,
        uint256 quantity,
        bytes32 prefix,
        bytes32[] calldata ids,
        Block calldata seen
    ) external onlyOnBranch(seen) nonReentrant {
        if (msg.sender != minter) revert Unauthorized(msg.sender);
        _requireTerms(false);
        uint256 sold_ = sale.sold;
        _requireNone(_unavailable(quantity, sold_));
        bytes32 id = _requireSettled(payer, nonce, prefix, ids);
        unchecked {
            sale.sold = uint64(sold_ + quantity);
            _mint(payer, quantity * allotment, id);
        }
        emit Minted(id, payer, quantity);
        _requireSolvent();
    }

    /// Only the refunder and the minter may refund. A payer's signature must never be enough: it proves no settlement, since
    /// `authorizationState` is also true after `cancelAuthorization`, and after the same nonce moved money elsewhere.
    function refund(
        address payer,
        bytes32 nonce,
        uint256 amount,
        bytes32 prefix,
        bytes32[] calldata ids,
        Block calldata seen
    ) external onlyOnBranch(seen) nonReentrant {
        if (msg.sender != refunder) _requireUnmintable(amount);
        _refund(payer, _requireSettled(payer, nonce, prefix, ids), amount);
    }

    function refundTransfer(
        address payer,
        bytes32 ref,
        uint256 amount,
        bytes32 prefix,
        bytes32[] calldata ids,
        Block calldata seen
    ) external onlyRefunder onlyOnBranch(seen) nonReentrant {
        bytes32 id = transferId(payer, ref);
        _requireUnspent(payer, id, prefix, ids);
        _refund(payer, id, amount);
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

    function rescue(address token, address to, uint256 amount) external onlyRefunder nonReentrant {
        if (token == address(asset) || token == address(this)) revert Protected(token);
        uint256 held = asset.balanceOf(address(this));
        emit Rescued(token, to, amount);
        SafeERC20.safeTransfer(IERC20(token), to, amount);
        // The token may be a second address of the asset, so the asset's balance must not have fallen.
        if (asset.balanceOf(address(this)) < held) revert Protected(token);
    }

    /// Stops the atomic mints. Settled mints, refunds and withdrawals continue.
    function pause() external onlyOwner {
        sale.paused = true;
        emit Paused();
    }

    function unpause() external onlyOwner {
        _unpause();
    }

    /// Zero leaves the launch without a minter.
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
            treasury: firstTreasury,
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
            paused: sale.paused,
            treasury: treasury,
            treasuryBlacklisted: TermsCheck.isBlacklisted(asset, treasury),
            refunder: refunder
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
        return keccak256(abi.encode(chainId, asset, payer, nonce));
    }

    function transferId(address payer, bytes32 ref) public view returns (bytes32) {
        return keccak256(abi.encode(TRANSFER, chainId, asset, payer, ref));
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

    function _mintBatch(Payment[] calldata payments, uint256 atLeast, uint256 codeless)
        private
        nonReentrant
        returns (bytes4[] memory results)
    {
        _requireTerms(true);
        results = BatchResults.unattempted(payments.length);
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
            (bytes memory refusal, bytes32 id) = _attempt(payment, sold_, ASSET_GAS, codeless >> i & 1 == 1);
            if (refusal.length == 0) {
                results[i] = 0;
                unchecked {
                    sold_ += payment.quantity;
                }
            } else {
                results[i] = bytes4(refusal);
                emit Skipped(id, payment.payer, refusal);
            }
            // No memory of an item is used after it. Free it: the cost of memory must not grow with each refusal.
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
        if (i < atLeast) revert NotAttempted(i, atLeast);
        if (sold_ != first) _record(first, sold_, before);
    }

    /// Tries to mint one payment: first checks the supply, then pulls the money, then mints the tokens. If it cannot, it
    /// returns the ABI-encoded error as `refusal` and changes nothing. `refusal` is empty after a mint. A payer that must
    /// have no code, and has some, is refused before the asset asks that code: it could burn all of `gas_`.
    function _attempt(Payment calldata payment, uint256 sold_, uint256 gas_, bool codeless)
        private
        returns (bytes memory refusal, bytes32 id)
    {
        uint256 quantity = payment.quantity;
        address payer = payment.payer;
        id = paymentId(payer, payment.nonce);
        refusal = _unavailable(quantity, sold_);
        if (refusal.length != 0) return (refusal, id);
        if (codeless && payer.code.length != 0) return (abi.encodeWithSelector(HasCode.selector), id);
        unchecked {
            (bool moved, bytes memory reason) =
                AssetCall.pull(address(asset), payment, quantity * price, gas_);
            if (!moved) return (abi.encodeWithSelector(PaymentRefused.selector, reason), id);
            _mint(payer, quantity * allotment, id);
        }
        emit Minted(id, payer, quantity);
    }

    /// Reverts if no mint is allowed now. No mint is allowed before the opening. The close and the pause stop the atomic
    /// mints only: the money of a settled mint is here already, and the contract cannot know when it came. The minter has
    /// to check that, and to refund money that came after the close.
    function _requireTerms(bool atomic) private view {
        if (atomic && sale.paused) revert EnforcedPause();
        if (block.timestamp < opensAt) revert NotOpen(opensAt);
        if (atomic && _isClosed()) revert Closed(closesAt);
    }

    function _isClosed() private view returns (bool) {
        return closesAt != 0 && block.timestamp >= closesAt;
    }

    /// Reverts with the refusal, if there is one.
    function _requireNone(bytes memory refusal) private pure {
        if (refusal.length == 0) return;
        assembly ("memory-safe") {
            revert(add(refusal, 0x20), mload(refusal))
        }
    }

    /// Returns the ABI-encoded error if `quantity` allotments cannot be sold, otherwise empty bytes.
    function _unavailable(uint256 quantity, uint256 sold_) private view returns (bytes memory refusal) {
        uint256 most = limit == 0 ? count : limit;
        if (quantity == 0 || quantity > most) {
            return abi.encodeWithSelector(QuantityOutOfRange.selector, quantity, most);
        }
        unchecked {
            if (quantity > count - sold_) return abi.encodeWithSelector(SoldOut.selector, count - sold_);
        }
    }

    /// Reverts unless the asset knows the authorization as used (executed or cancelled), and the payment was neither minted
    /// nor refunded. An atomic mint could still use an authorization that is not used, even after a refund.
    function _requireSettled(address payer, bytes32 nonce, bytes32 prefix, bytes32[] calldata ids)
        private
        view
        returns (bytes32 id)
    {
        id = paymentId(payer, nonce);
        _requireUnspent(payer, id, prefix, ids);
        if (!asset.authorizationState(payer, nonce)) revert NotSettled(id);
    }

    /// Reverts unless the minter calls and no mint is possible for `amount`. Otherwise a thief of the minter's key could
    /// refund any unaccounted money to an account of its own. No mint is possible before the opening, after the close, or if
    /// `amount` is more than the price of all allotments that are left.
    function _requireUnmintable(uint256 amount) private view {
        if (msg.sender != minter) revert Unauthorized(msg.sender);
        uint256 left = block.timestamp < opensAt || _isClosed() ? 0 : count - sale.sold;
        if (amount <= left * price) revert Mintable(left);
    }

    /// Pays unaccounted money back, and spends the id.
    function _refund(address payer, bytes32 id, uint256 amount) private {
        _spend(payer, id);
        emit Refunded(id, payer, amount);
        _pay(payer, amount);
        _requireSolvent();
    }

    /// Stores how many allotments atomic mints sold. Reverts unless the balance rose by the price of all of them: the
    /// asset's success alone is no proof that it paid.
    function _record(uint256 first, uint256 sold_, uint256 before) private {
        sale.sold = uint64(sold_);
        uint256 held = _requireSolvent();
        unchecked {
            uint256 owed = (sold_ - first) * price;
            if (held < before + owed) revert Unpaid(owed, held > before ? held - before : 0);
        }
    }

    /// Reverts if the launch received less than the price of all that it sold (conservation). Returns its balance.
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

    /// Unpauses, because there is no owner afterwards who could.
    function _onRenounce() internal override {
        if (sale.paused) _unpause();
    }
}
