// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Launch} from "../src/Launch.sol";
import {ILaunch, Payment, Terms} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// `mintBatch`: every payment that can be minted is, every other keeps its money, and none spoils its neighbours.
abstract contract BatchMint is Fixture {
    uint256 private constant KEY = 0xA11CE;

    function batchOf(uint256 size) internal returns (Payment[] memory payments) {
        payments = new Payment[](size);
        for (uint256 i; i < size; ++i) payments[i] = pay(KEY + i, 1, bytes32(i));
    }

    function skips(Vm.Log[] memory logs) internal view returns (Vm.Log[] memory found) {
        uint256 n;
        found = new Vm.Log[](logs.length);
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(launch) && logs[i].topics[0] == ILaunch.Skipped.selector) found[n++] = logs[i];
        }
        assembly ("memory-safe") {
            mstore(found, n)
        }
    }

    function test_a_stranger_mints_for_everybody_in_a_batch() public {
        Payment[] memory payments = batchOf(20);
        vm.prank(STRANGER);
        bytes4[] memory results = launch.mintBatch(payments, 20, 0);
        vm.assertEq(results.length, 20, "results");
        for (uint256 i; i < 20; ++i) {
            vm.assertEq(bytes32(results[i]), 0, "result");
            vm.assertEq(launch.balanceOf(payments[i].payer), ALLOTMENT, "tokens");
            vm.assertEq(usdc.balanceOf(payments[i].payer), 0, "money");
        }
        vm.assertEq(launch.sold(), 20, "sold");
        vm.assertEq(usdc.balanceOf(address(launch)), 20 * PRICE, "held");
    }

    function test_a_bad_item_is_skipped_with_its_reason_and_its_neighbours_are_minted() public {
        Payment[] memory payments = batchOf(7);
        payments[1].validBefore = NOW;
        payments[2].quantity = LIMIT + 1;
        payments[3].signature = "";
        usdc.blacklist(payments[5].payer);
        vm.recordLogs();
        bytes4[] memory results = launch.mintBatch(payments, 7, 0);
        Vm.Log[] memory found = skips(vm.getRecordedLogs());
        vm.assertEq(found.length, 4, "skips");
        bytes[4] memory reasons = [
            refused("FiatTokenV2: authorization is expired"),
            abi.encodeWithSelector(ILaunch.QuantityOutOfRange.selector, LIMIT + 1, LIMIT),
            refused("ECRecover: invalid signature length"),
            refused("Blacklistable: account is blacklisted")
        ];
        uint8[4] memory items = [1, 2, 3, 5];
        for (uint256 i; i < 4; ++i) {
            Payment memory p = payments[items[i]];
            vm.assertEq(clean(abi.decode(found[i].data, (bytes))), reasons[i], "reason");
            vm.assertEq(found[i].topics[1], launch.paymentId(p.payer, p.nonce), "id");
            vm.assertEq(found[i].topics[2], bytes32(uint256(uint160(p.payer))), "payer");
            vm.assertEq(bytes32(results[items[i]]), bytes32(bytes4(reasons[i])), "result");
            vm.assertEq(launch.balanceOf(p.payer), 0, "tokens of a skipped payer");
            vm.assertEq(usdc.balanceOf(p.payer), PRICE, "money of a skipped payer");
        }
        for (uint256 i; i < 7; ++i) {
            if (results[i] == 0) vm.assertEq(launch.balanceOf(payments[i].payer), ALLOTMENT, "tokens");
        }
        vm.assertEq(launch.sold(), 3, "sold");
    }

    function test_a_payment_listed_twice_mints_once() public {
        Payment[] memory payments = new Payment[](3);
        payments[0] = pay(KEY, 1, "n");
        payments[1] = payments[0];
        payments[2] = payments[0];
        fund(payments[0].payer, 2);
        bytes4[] memory results = launch.mintBatch(payments, 3, 0);
        vm.assertEq(bytes32(results[0]), 0, "first");
        vm.assertEq(bytes32(results[1]), bytes32(ILaunch.PaymentRefused.selector), "second");
        vm.assertEq(launch.balanceOf(payments[0].payer), ALLOTMENT, "tokens");
        vm.assertEq(usdc.balanceOf(payments[0].payer), 2 * PRICE, "money");
    }

    function test_what_a_batch_finds_sold_out_is_never_charged() public {
        Terms memory t = terms();
        t.cap = 3 * ALLOTMENT;
        t.limit = 3;
        launch = deploy(t);
        Payment[] memory payments = new Payment[](4);
        payments[0] = pay(KEY, 1, "a");
        payments[1] = pay(KEY + 1, 3, "b");
        payments[2] = pay(KEY + 2, 2, "c");
        payments[3] = pay(KEY + 3, 1, "d");
        vm.recordLogs();
        bytes4[] memory results = launch.mintBatch(payments, 4, 0);
        Vm.Log[] memory found = skips(vm.getRecordedLogs());
        vm.assertEq(abi.decode(found[0].data, (bytes)), abi.encodeWithSelector(ILaunch.SoldOut.selector, 2), "two left");
        vm.assertEq(abi.decode(found[1].data, (bytes)), abi.encodeWithSelector(ILaunch.SoldOut.selector, 0), "none left");
        vm.assertEq(bytes32(results[2]), 0, "what still fits is minted");
        vm.assertEq(usdc.balanceOf(payments[1].payer), 3 * PRICE, "money of the second");
        vm.assertEq(usdc.balanceOf(payments[3].payer), PRICE, "money of the fourth");
        vm.assertEq(launch.totalSupply(), t.cap, "total supply");
    }

    function test_a_batch_of_nothing_does_nothing() public {
        vm.assertEq(launch.mintBatch(new Payment[](0), 0, 0).length, 0, "results");
        vm.expectRevert(abi.encodeWithSelector(ILaunch.NotAttempted.selector, 0, 1));
        launch.mintBatch(new Payment[](0), 1, 0);
    }

    function test_a_batch_in_which_all_are_refused_sells_nothing_and_does_not_revert() public {
        Payment[] memory payments = batchOf(3);
        usdc.pause();
        bytes4[] memory results = launch.mintBatch(payments, 3, 0);
        for (uint256 i; i < 3; ++i) vm.assertEq(bytes32(results[i]), bytes32(ILaunch.PaymentRefused.selector), "result");
        vm.assertEq(launch.sold(), 0, "sold");
    }

    function test_a_batch_reverts_if_it_cannot_attempt_what_was_demanded() public {
        Payment[] memory payments = batchOf(10);
        uint256 snapshot = vm.snapshotState();
        bytes4[] memory results = launch.mintBatch{gas: 600_000}(payments, 0, 0);
        uint256 attempted;
        while (attempted < 10 && results[attempted] == 0) ++attempted;
        vm.assertTrue(attempted > 0 && attempted < 10, "some attempted");
        for (uint256 i = attempted; i < 10; ++i) {
            vm.assertEq(bytes32(results[i]), bytes32(bytes4(0xffffffff)), "the tail is not attempted");
            vm.assertEq(usdc.balanceOf(payments[i].payer), PRICE, "money of the tail");
        }
        vm.assertEq(launch.sold(), attempted, "sold");
        vm.revertToState(snapshot);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.NotAttempted.selector, attempted, attempted + 1));
        launch.mintBatch{gas: 600_000}(payments, attempted + 1, 0);
        vm.assertEq(launch.sold(), 0, "sold by a reverted batch");
        launch.mintBatch{gas: 600_000}(payments, attempted, 0);
    }

    function test_what_was_not_attempted_is_marked_in_a_batch_of_any_size() public {
        for (uint256 size; size < 35; ++size) {
            bytes4[] memory expected = new bytes4[](size);
            for (uint256 i; i < size; ++i) expected[i] = 0xffffffff;
            bytes memory data = abi.encodeCall(ILaunch.mintBatch, (new Payment[](size), 0, 0));
            (bool passed, bytes memory answer) = address(launch).call{gas: 250_000}(data);
            vm.assertTrue(passed, "passed");
            vm.assertEq(answer, abi.encode(expected), "answer");
        }
    }

    /// One payment 6,000 times over, with gas for few. To encode the answer again would cost more than the reserve.
    function test_a_long_tail_costs_next_to_nothing() public {
        uint256 size = 6000;
        bytes memory item = abi.encode(pay(KEY, 1, "n"));
        bytes memory data = bytes.concat(
            abi.encodeWithSelector(ILaunch.mintBatch.selector, 0x60, 1, 0, size), new bytes(32 * size), new bytes(item.length - 32)
        );
        assembly ("memory-safe") {
            let at := add(data, 0xa4)
            for { let end := add(at, shl(5, size)) } lt(at, end) { at := add(at, 0x20) } { mstore(at, shl(5, size)) }
            mcopy(at, add(item, 0x40), sub(mload(item), 0x20))
        }
        (bool passed, bytes memory answer) = address(launch).call{gas: 480_000}(data);
        vm.assertTrue(passed, "passed");
        bytes4[] memory results = abi.decode(answer, (bytes4[]));
        vm.assertEq(results.length, size, "results");
        vm.assertEq(bytes32(results[0]), 0, "the first");
        vm.assertEq(bytes32(results[size - 1]), bytes32(bytes4(0xffffffff)), "the last");
    }

    function test_a_batch_reverts_while_the_sale_is_paused_or_not_open() public {
        Payment[] memory payments = batchOf(1);
        vm.prank(OWNER);
        launch.pause();
        vm.expectRevert(ILaunch.EnforcedPause.selector);
        launch.mintBatch(payments, 0, 0);
        vm.prank(OWNER);
        launch.unpause();
        vm.warp(NOW + 1 days);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Closed.selector, NOW + 1 days));
        launch.mintBatch(payments, 0, 0);
        vm.warp(NOW - 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.NotOpen.selector, NOW - 1 days));
        launch.mintBatch(payments, 0, 0);
    }

    function test_one_payers_many_payments_are_all_in_its_history() public {
        Payment[] memory payments = new Payment[](5);
        bytes32 chain;
        for (uint256 i; i < 5; ++i) {
            payments[i] = pay(KEY, 1, bytes32(i));
            chain = keccak256(abi.encode(chain, launch.paymentId(payments[i].payer, bytes32(i)))) >> 112;
        }
        launch.mintBatch(payments, 5, 0);
        vm.assertEq(launch.chainOf(payments[0].payer), chain, "chain");
        vm.assertEq(launch.balanceOf(payments[0].payer), 5 * ALLOTMENT, "tokens");
    }

    function testFuzz_a_batch_mints_exactly_what_is_paid(uint256 seed) public {
        uint256 size = bound(seed, 1, 12);
        Payment[] memory payments = new Payment[](size);
        uint256 sold;
        for (uint256 i; i < size; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            payments[i] = pay(KEY + roll % 4, 1 + (roll >> 8) % LIMIT, bytes32(i));
            if (roll % 5 == 0) payments[i].signature = hex"00";
            else sold += payments[i].quantity;
        }
        bytes4[] memory results = launch.mintBatch(payments, size, 0);
        for (uint256 i; i < size; ++i) {
            vm.assertTrue((results[i] == 0) == (payments[i].signature.length == 65), "minted if signed");
            vm.assertTrue(
                (results[i] == 0) == usdc.authorizationState(payments[i].payer, payments[i].nonce), "minted if charged"
            );
        }
        vm.assertEq(launch.sold(), sold, "sold");
        vm.assertEq(usdc.balanceOf(address(launch)), sold * PRICE, "held");
    }
}

contract BatchMintOnTestUSDC is BatchMint, OnTestUSDC {}

contract BatchMintOnFiatToken is BatchMint, OnFiatToken {}
