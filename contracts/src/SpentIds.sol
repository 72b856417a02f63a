// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILaunch} from "./ILaunch.sol";
import {LaunchToken} from "./LaunchToken.sol";

/// Tells whether an id was spent before. The settled mint and the refunds ask. The atomic mints never do: USDC uses a
/// payment nonce once, and they would pay gas for a second answer. So an id that a refund spends must be one that no
/// atomic mint can use any more; `Launch.refund` and `Launch.refundTransfer` see to that.
///
/// An account's ids are a hash chain. The caller carries the ids, the contract hashes them and compares the result with
/// the account's chain, so a list that leaves one out is refused. A list too long for a transaction is read in parts.
abstract contract SpentIds is ILaunch, LaunchToken {
    /// `folded[id][chain]`: a list of ids that hashes to `chain` was read, and `id` was not in it.
    mapping(bytes32 id => mapping(bytes32 chain => bool)) public folded;

    function fold(bytes32 id, bytes32 prefix, bytes32[] calldata ids) external returns (bytes32 chain) {
        bool spent;
        (chain, spent) = _read(id, prefix, ids);
        if (spent) revert AlreadySpent(id);
        folded[id][chain] = true;
    }

    /// The ids from `prefix` on must hash to the account's chain, and `id` must not be among them.
    function _requireUnspent(address account, bytes32 id, bytes32 prefix, bytes32[] calldata ids) internal view {
        (bytes32 chain, bool spent) = _read(id, prefix, ids);
        if (chain != _chainOf(account)) revert WrongHistory(_chainOf(account));
        if (spent) revert AlreadySpent(id);
    }

    /// Hashes the ids onto a prefix: 0, where a history begins, or one that was folded for this id.
    function _read(bytes32 id, bytes32 prefix, bytes32[] calldata ids)
        private
        view
        returns (bytes32 chain, bool spent)
    {
        if (prefix != 0 && !folded[id][prefix]) revert NotFolded(id, prefix);
        chain = prefix;
        for (uint256 i; i < ids.length; ++i) {
            chain = _nextChain(chain, ids[i]);
            if (ids[i] == id) spent = true;
        }
    }
}
