// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A transaction that deploys wallets and then calls a launch, for payers whose wallet is not deployed yet (ERC-6492). It
/// is the init code of a contract creation, and leaves no code behind.
///
/// A factory call is chosen by the payer. It therefore comes from this new address, which has no right and no money
/// anywhere, sends no value, and has its own limit of gas. If it fails, the other wallets and the launch's call are not
/// affected: the launch then refuses the payment of a payer without code. The launch's call needs no right either: anyone
/// may call `mintBatch`.
contract DeployAndMint {
    /// A call of `factory` that creates `wallet`, with at most `gas_`.
    struct Deployment {
        address wallet;
        address factory;
        uint256 gas_;
        bytes call;
    }

    /// Names the launch. A receipt of a contract creation has no recipient, and its logs of other contracts prove nothing;
    /// no one but this init code logs from this address.
    event Calls(address indexed launch);

    /// Calls the factory of each wallet that has no code, and then `launch` with `input`. If the launch reverts, this
    /// reverts with the same data. `show` is for simulations: then the result is, in place of no code, the answer of the
    /// launch and a word for each deployment: the gas of the factory's call if the wallet has code now, otherwise the
    /// highest number.
    constructor(address launch, bool show, Deployment[] memory deployments, bytes memory input) {
        emit Calls(launch);
        uint256 count = deployments.length;
        uint256[] memory used = new uint256[](show ? count : 0);
        for (uint256 i; i < count; ++i) {
            Deployment memory d = deployments[i];
            if (d.wallet.code.length != 0) continue;
            address factory = d.factory;
            uint256 gas_ = d.gas_;
            bytes memory call_ = d.call;
            uint256 before = gasleft();
            assembly ("memory-safe") {
                // A failure is seen by the wallet's code. Nothing is copied of what the factory returns.
                pop(call(gas_, factory, 0, add(call_, 0x20), mload(call_), 0, 0))
            }
            if (show) used[i] = d.wallet.code.length == 0 ? type(uint256).max : before - gasleft();
        }
        assembly ("memory-safe") {
            let moved := call(gas(), launch, 0, add(input, 0x20), mload(input), 0, 0)
            let free := mload(0x40)
            let size := returndatasize()
            if iszero(and(moved, iszero(show))) {
                returndatacopy(free, 0, size)
                if iszero(moved) { revert(free, size) }
                let length := mul(count, 0x20)
                mcopy(add(free, size), add(used, 0x20), length)
                return(free, add(size, length))
            }
            return(0, 0)
        }
    }
}
