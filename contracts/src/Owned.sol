// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILaunch} from "./ILaunch.sol";

/// One cold key, handed over in two steps so that no mistake can lose it. Renouncing gives up what the key may change, and
/// keeps what others' money depends on: the last owner stays the refunder.
abstract contract Owned {
    address public owner;
    address public pendingOwner;
    /// The owner, or the last one after ownership was renounced.
    address public refunder;

    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    modifier onlyOwner() {
        if (msg.sender != owner) revert ILaunch.Unauthorized(msg.sender);
        _;
    }

    /// For what stays with the last owner.
    modifier onlyRefunder() {
        if (msg.sender != refunder) revert ILaunch.Unauthorized(msg.sender);
        _;
    }

    constructor(address first) {
        _handOver(first);
    }

    /// Names the next owner, who must accept. Naming zero withdraws an offer.
    function transferOwnership(address newOwner) external onlyOwner {
        pendingOwner = newOwner;
        emit OwnershipTransferStarted(owner, newOwner);
    }

    function acceptOwnership() external {
        if (msg.sender != pendingOwner) revert ILaunch.Unauthorized(msg.sender);
        _handOver(msg.sender);
    }

    /// Leaves the launch without an owner, permanently. Refunds stay possible: a payer may have signed before, and a
    /// signature can bring money in at any time.
    function renounceOwnership() external onlyOwner {
        _onRenounce();
        _handOver(address(0));
    }

    function _onRenounce() internal virtual;

    function _handOver(address newOwner) private {
        emit OwnershipTransferred(owner, newOwner);
        owner = newOwner;
        delete pendingOwner;
        if (newOwner != address(0)) refunder = newOwner;
    }
}
