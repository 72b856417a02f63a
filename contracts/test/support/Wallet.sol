// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// The plainest ERC-1271 wallet: one key, one ecrecover.
contract Wallet {
    address private immutable signer;

    constructor(address signer_) {
        signer = signer_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view virtual returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        bytes32 r = bytes32(signature[0:32]);
        bytes32 s = bytes32(signature[32:64]);
        return ecrecover(digest, uint8(signature[64]), r, s) == signer ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }
}
