// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Launch} from "../../src/Launch.sol";
import {Wallet} from "./Wallet.sol";

/// Says yes to a token's authorization as long as the token calls it unused.
contract Curious {
    function isValidSignature(bytes32, bytes calldata nonce) external view returns (bytes4) {
        return Launch(msg.sender).authorizationState(address(this), bytes32(nonce)) ? bytes4(0) : bytes4(0x1626ba7e);
    }
}

/// Says yes to everything.
contract Credulous {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return 0x1626ba7e;
    }
}

/// Burns all the gas that it is given.
contract Burner {
    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        while (gasleft() > 0) {}
        return 0;
    }
}

/// Burns down to what the asset still needs, then says yes: the dearest payer that can be served.
contract Spendthrift {
    uint256 private immutable rest;

    constructor(uint256 rest_) {
        rest = rest_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        while (gasleft() > rest) {}
        return 0x1626ba7e;
    }
}

/// Answers, or refuses, with more bytes than anybody should copy.
contract Bomb {
    bool private immutable refuse;
    uint256 private immutable size;

    constructor(bool refuse_, uint256 size_) {
        refuse = refuse_;
        size = size_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        uint256 size_ = size;
        if (refuse) {
            assembly {
                revert(0, size_)
            }
        }
        assembly {
            return(0, size_)
        }
    }
}

/// Destroys its frame with an invalid opcode.
contract Invalid {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        assembly {
            invalid()
        }
    }
}

/// Says no.
contract Refuser is Wallet(address(1)) {}
