// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAsset} from "./IAsset.sol";
import {Payment} from "./ILaunch.sol";

/// The atomic mint's one call to the asset, encoded by hand: the authorization goes from calldata to the asset without a
/// copy by the compiler, and a refusal comes back cut to a bounded length.
library AssetCall {
    /// Longest signature that is passed on, so that no item can exhaust a batch's reserve by its length. Gas sets this
    /// bound, not bytes: nodes refuse a transaction above 131,072 bytes, so fewer than 16 such signatures fit in one. A
    /// sender has to count bytes too.
    uint256 internal constant LONGEST_SIGNATURE = 8192;
    /// Longest revert data that is copied from the asset: a wallet may return megabytes through it.
    uint256 internal constant LONGEST_REASON = 260;

    /// Asks the asset to move the exact amount from the payer to this contract, with at most `gas_`. A refusal is an
    /// answer: `reason` is the head of the asset's revert data, empty for a signature that is too long.
    function pull(address asset, Payment calldata payment, uint256 amount, uint256 gas_)
        internal
        returns (bool moved, bytes memory reason)
    {
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
            moved := call(gas_, asset, 0, data, size, 0, 0)
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
}
