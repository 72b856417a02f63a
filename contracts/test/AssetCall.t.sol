// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAsset} from "../src/IAsset.sol";
import {ILaunch, Payment} from "../src/ILaunch.sol";
import {IUSDC} from "./support/Assets.sol";
import {Fixture} from "./support/Fixture.sol";
import {Loose, Recorder} from "./support/HostileAssets.sol";
import {Vm} from "./support/Vm.sol";

/// Refuses with its signature.
contract Verbose is Loose {
    function transferWithAuthorization(address, address, uint256, uint256, uint256 validBefore, bytes32, bytes calldata data)
        external
        view
        override
    {
        require(block.timestamp < validBefore, "expired");
        assembly {
            calldatacopy(0, data.offset, data.length)
            revert(0, data.length)
        }
    }
}

/// What the launch says to its asset and hears from it, to the byte and to the unit of gas: the call is written by hand.
contract AssetCallTest is Fixture {
    function deployAsset() internal override returns (IUSDC) {
        return IUSDC(address(new Recorder()));
    }

    function payment(bytes memory signature, bytes32 nonce) private returns (Payment memory p) {
        Loose(address(usdc)).mint(STRANGER, 3 * PRICE);
        return Payment(STRANGER, 3, NOW - 7, NOW + 60, nonce, signature);
    }

    function callOf(Payment memory p) private view returns (bytes32) {
        return keccak256(
            abi.encodeCall(
                IAsset.transferWithAuthorization,
                (p.payer, address(launch), 3 * PRICE, p.validAfter, p.validBefore, p.nonce, p.signature)
            )
        );
    }

    /// No byte of it is zero.
    function pattern(uint256 length) private pure returns (bytes memory made) {
        made = new bytes(length);
        for (uint256 i; i < length; ++i) made[i] = bytes1(uint8(1 + i % 255));
    }

    function test_the_asset_is_called_as_the_abi_says_for_a_signature_of_any_length() public {
        uint16[13] memory lengths = [1, 30, 31, 32, 33, 63, 64, 65, 95, 96, 97, 8191, 8192];
        for (uint256 i; i < lengths.length; ++i) {
            Payment memory p = payment(pattern(lengths[i]), bytes32(i));
            launch.mint(p);
            vm.assertEq(Recorder(address(usdc)).heard(), callOf(p), "call");
        }
    }

    function test_nothing_of_one_item_is_in_the_call_of_the_next() public {
        uint8[5] memory lengths = [1, 31, 32, 33, 65];
        for (uint256 i; i < lengths.length; ++i) {
            Payment[] memory payments = new Payment[](2);
            payments[0] = payment("", "refused");
            payments[1] = payment(pattern(lengths[i]), bytes32(i));
            bytes4[] memory results = launch.mintBatch(payments, 2, 0);
            vm.assertEq(bytes32(results[0]), bytes32(ILaunch.PaymentRefused.selector), "refused");
            vm.assertEq(bytes32(results[1]), 0, "minted");
            vm.assertEq(Recorder(address(usdc)).heard(), callOf(payments[1]), "call");
        }
    }

    function test_a_reason_is_passed_on_as_it_is_up_to_260_bytes() public {
        usdc = IUSDC(address(new Verbose()));
        launch = deploy(terms());
        uint16[14] memory lengths = [0, 1, 4, 30, 31, 32, 33, 64, 65, 224, 259, 260, 261, 5000];
        for (uint256 i; i < lengths.length; ++i) {
            Payment memory p = payment(pattern(lengths[i]), "n");
            bytes memory expected =
                abi.encodeWithSelector(ILaunch.PaymentRefused.selector, pattern(lengths[i] > 260 ? 260 : lengths[i]));
            vm.assertEq(refusalOf(p), expected, "alone");
            Payment[] memory twice = new Payment[](2);
            (twice[0], twice[1]) = (p, p);
            vm.recordLogs();
            launch.mintBatch(twice, 2, 0);
            Vm.Log[] memory logs = vm.getRecordedLogs();
            vm.assertEq(logs.length, 2, "skips");
            for (uint256 j; j < 2; ++j) {
                vm.assertEq(logs[j].topics[1], launch.paymentId(p.payer, p.nonce), "id");
                vm.assertEq(abi.decode(logs[j].data, (bytes)), expected, "in a batch");
            }
        }
    }

    /// Code that answers with the gas it was given: reverts with it when it is handed an authorization, else returns it.
    function test_an_item_of_a_batch_may_burn_two_hundred_thousand_gas_and_a_strict_mint_all_there_is() public {
        // GAS, MSTORE at 0; 32 bytes from 0; CALLDATASIZE > 0x64 jumps to REVERT, else RETURN.
        vm.etch(address(usdc), hex"5a5f5260205f60643611600e57f35bfd");
        Payment memory p = Payment(STRANGER, 3, 0, NOW + 60, "n", "");
        vm.recordLogs();
        launch.mintBatch(only(p), 1, 0);
        bytes memory refusal = abi.decode(vm.getRecordedLogs()[0].data, (bytes));
        // GAS itself costs 2.
        vm.assertEq(gasIn(refusal), 200_000 - 2, "in a batch");
        vm.assertGe(gasIn(refusalOf(p)), 1_000_000, "alone");
    }

    function gasIn(bytes memory refusal) private pure returns (uint256) {
        vm.assertEq(bytes32(bytes4(refusal)), bytes32(ILaunch.PaymentRefused.selector), "refusal");
        return abi.decode(abi.decode(tail(refusal), (bytes)), (uint256));
    }

    /// 300 refusals of 512 bytes: their memory, kept, would cost more than the call.
    function test_a_batch_does_not_pay_for_the_memory_of_what_it_skipped() public {
        uint256 one = gasOfRefusals(1);
        uint256 hundred = gasOfRefusals(101);
        uint256 thousand = gasOfRefusals(1001);
        vm.assertLe((thousand - one) / 1000, (hundred - one) / 100 * 11 / 10, "each");
    }

    function gasOfRefusals(uint256 size) private returns (uint256 spent) {
        Payment[] memory payments = new Payment[](size);
        for (uint256 i; i < size; ++i) payments[i] = Payment(STRANGER, 3, 0, NOW + 60, "n", "");
        bytes memory data = abi.encodeCall(ILaunch.mintBatch, (payments, size, 0));
        spent = gasleft();
        (bool passed,) = address(launch).call(data);
        spent -= gasleft();
        vm.assertTrue(passed, "passed");
    }
}
