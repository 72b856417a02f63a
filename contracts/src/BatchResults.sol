// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// The list that a batch answers with. It is laid out in memory as it is encoded, so that the end of a batch costs the
/// same gas for any number of items.
library BatchResults {
    bytes4 private constant NOT_ATTEMPTED = 0xffffffff;

    /// An array of `length` times `NOT_ATTEMPTED`, with a spare word in front of it for `answer`.
    function unattempted(uint256 length) internal pure returns (bytes4[] memory results) {
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

    /// Ends the call with results that `unattempted` made. Encoding them again would cost gas for each item after the
    /// last one was attempted, and the reserve must not depend on their number.
    function answer(bytes4[] memory results) internal pure {
        assembly ("memory-safe") {
            mstore(sub(results, 0x20), 0x20)
            return(sub(results, 0x20), add(0x40, shl(5, mload(results))))
        }
    }
}
