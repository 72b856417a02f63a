// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AssetCall} from "../src/AssetCall.sol";
import {IAsset} from "../src/IAsset.sol";
import {Payment} from "../src/ILaunch.sol";
import {Base} from "./support/Vm.sol";

/// Answers every call as it is told, and remembers what it heard.
contract Listener {
    bytes public heard;
    uint256 public calls;
    bytes private answer;
    bool private refuses;

    function tell(bool refuses_, bytes calldata answer_) external {
        (refuses, answer) = (refuses_, answer_);
    }

    fallback() external {
        bytes memory said = answer;
        if (refuses) {
            assembly {
                revert(add(said, 0x20), mload(said))
            }
        }
        heard = msg.data;
        ++calls;
    }
}

/// The library alone: no launch, so that nothing but its own encoding and its own bounds can pass a test.
contract AssetCallLibraryTest is Base {
    Listener private asset = new Listener();

    function pull(Payment calldata payment, uint256 amount, uint256 gas_)
        external
        returns (bool moved, bytes memory reason)
    {
        // The memory where the call is encoded is full of ones.
        bytes memory dirt = new bytes(16_384);
        assembly {
            for { let at := add(dirt, 0x20) } lt(at, add(dirt, 16416)) { at := add(at, 0x20) } { mstore(at, not(0)) }
            mstore(0x40, dirt)
        }
        (moved, reason) = AssetCall.pull(address(asset), payment, amount, gas_);
        // What is allocated next must not be where the reason is.
        bytes memory next = new bytes(32);
        assembly {
            mstore(add(next, 0x20), not(0))
        }
    }

    function paymentWith(bytes memory signature) private pure returns (Payment memory) {
        return Payment(address(0xA11CE), 3, 7, type(uint64).max, keccak256("nonce"), signature);
    }

    function pattern(uint256 length) private pure returns (bytes memory made) {
        made = new bytes(length);
        for (uint256 i; i < length; ++i) made[i] = bytes1(uint8(1 + i % 255));
    }

    function test_the_call_is_the_one_that_the_compiler_would_encode() public {
        for (uint256 length; length < 200; ++length) {
            Payment memory p = paymentWith(pattern(length));
            (bool moved, bytes memory reason) = this.pull(p, 123_456, gasleft());
            vm.assertTrue(moved && reason.length == 0, "moved");
            bytes memory expected = abi.encodeCall(
                IAsset.transferWithAuthorization,
                (p.payer, address(this), 123_456, p.validAfter, p.validBefore, p.nonce, p.signature)
            );
            vm.assertEq(asset.heard(), expected, "call");
        }
    }

    function test_a_signature_over_the_bound_is_refused_and_the_asset_is_not_asked() public {
        (bool moved,) = this.pull(paymentWith(new bytes(8192)), 1, gasleft());
        vm.assertTrue(moved, "at the bound");
        bytes memory reason;
        (moved, reason) = this.pull(paymentWith(new bytes(8193)), 1, gasleft());
        vm.assertTrue(!moved && reason.length == 0, "over the bound");
        vm.assertEq(asset.calls(), 1, "asked");
    }

    function test_revert_data_is_cut_after_260_bytes_and_the_next_allocation_leaves_it_alone() public {
        uint16[9] memory lengths = [0, 1, 31, 32, 33, 259, 260, 261, 4096];
        for (uint256 i; i < lengths.length; ++i) {
            asset.tell(true, pattern(lengths[i]));
            (bool moved, bytes memory reason) = this.pull(paymentWith("s"), 1, gasleft());
            vm.assertTrue(!moved, "moved");
            vm.assertEq(reason, pattern(lengths[i] > 260 ? 260 : lengths[i]), "reason");
        }
    }

    function test_the_asset_gets_no_more_gas_than_is_given() public {
        // GAS, MSTORE at 0, REVERT with the word.
        vm.etch(address(asset), hex"5a5f5260205ffd");
        uint24[3] memory limits = [3_000, 50_000, 200_000];
        for (uint256 i; i < limits.length; ++i) {
            (bool moved, bytes memory reason) = this.pull(paymentWith("s"), 1, limits[i]);
            vm.assertTrue(!moved, "moved");
            vm.assertEq(abi.decode(reason, (uint256)), uint256(limits[i]) - 2, "gas");
        }
    }

    function test_an_asset_that_runs_out_of_gas_refuses_without_a_reason() public {
        // JUMPDEST PUSH0 JUMP
        vm.etch(address(asset), hex"5b5f56");
        (bool moved, bytes memory reason) = this.pull(paymentWith("s"), 1, 50_000);
        vm.assertTrue(!moved && reason.length == 0, "refused");
    }
}
