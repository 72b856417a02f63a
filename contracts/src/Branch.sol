// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Block, ILaunch} from "./ILaunch.sol";

/// Binds a call to the branch of the chain that its caller read. A reorg can replace a settlement by other money, and then
/// mine the same transaction again. The asset knows only that a nonce is used, so the call would spend what is another
/// payer's. It reverts instead.
abstract contract Branch is ILaunch {
    /// EIP-2935: has the hashes of the last 8,191 blocks, where the chain has it. `blockhash` has those of the last 256.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;

    modifier onlyOnBranch(Block calldata seen) {
        if (!onBranch(seen)) revert OtherBranch(seen.number);
        _;
    }

    function onBranch(Block calldata seen) public view returns (bool) {
        if (seen.number == 0) return true;
        bytes32 found = blockhash(seen.number);
        if (found == 0) {
            (bool known, bytes memory answer) = HISTORY.staticcall(abi.encode(seen.number));
            if (known && answer.length == 32) found = bytes32(answer);
        }
        return found != 0 && found == seen.hash;
    }
}
