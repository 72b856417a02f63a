// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILaunch, Payment} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// `refund`: unaccounted money goes back, the money of a mint never does.
abstract contract Refund is Fixture {
    uint256 private constant KEY = 0xA11CE;

    function refund(Payment memory p, uint256 amount) internal returns (bytes32 id) {
        id = launch.paymentId(p.payer, p.nonce);
        vm.prank(OWNER);
        launch.refund(p.payer, p.nonce, amount, history[p.payer]);
        history[p.payer].push(id);
    }

    function test_the_owner_returns_what_was_paid_and_not_minted() public {
        Payment memory p = pay(KEY, 2, "n");
        submit(p);
        bytes32 id = launch.paymentId(p.payer, p.nonce);
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Refunded(id, p.payer, 2 * PRICE);
        refund(p, 2 * PRICE);
        vm.assertEq(usdc.balanceOf(p.payer), 2 * PRICE, "money");
        vm.assertEq(launch.balanceOf(p.payer), 0, "tokens");
        vm.assertEq(launch.chainOf(p.payer), keccak256(abi.encode(bytes32(0), id)) >> 112, "chain");
    }

    function test_a_refund_logs_the_id_then_the_money() public {
        Payment memory p = pay(KEY, 2, "n");
        submit(p);
        vm.recordLogs();
        refund(p, 2 * PRICE);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2, "logs");
        vm.assertEq(logs[0].topics[0], ILaunch.Refunded.selector, "first");
        vm.assertEq(logs[1].topics[0], keccak256("Transfer(address,address,uint256)"), "second");
        vm.assertEq(logs[1].emitter, address(usdc), "money");
    }

    function test_a_refunded_payment_is_neither_refunded_again_nor_minted() public {
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        bytes32 id = refund(p, PRICE);
        usdc.mint(address(launch), PRICE);
        bytes32[] memory truth = history[p.payer];
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.refund(p.payer, p.nonce, PRICE, truth);
        vm.prank(MINTER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.mintSettled(p.payer, p.nonce, 1, truth);
        bytes32 chain = launch.chainOf(p.payer);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.WrongHistory.selector, chain));
        launch.refund(p.payer, p.nonce, PRICE, new bytes32[](0));
    }

    function test_a_minted_payment_is_never_refunded() public {
        Payment memory p = pay(KEY, 1, "n");
        bytes32 id = mintOne(p);
        usdc.mint(address(launch), PRICE);
        bytes32[] memory truth = history[p.payer];
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.refund(p.payer, p.nonce, PRICE, truth);
    }

    function test_only_the_owner_refunds() public {
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        address[3] memory callers = [MINTER, STRANGER, p.payer];
        for (uint256 i; i < 3; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, callers[i]));
            launch.refund(p.payer, "id", PRICE, new bytes32[](0));
        }
    }

    function test_the_money_of_mints_is_never_refunded() public {
        mintOne(pay(KEY, 3, "n"));
        usdc.mint(address(launch), PRICE);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Insolvent.selector, 3 * PRICE, 3 * PRICE - 1));
        launch.refund(STRANGER, "id", PRICE + 1, new bytes32[](0));
        launch.withdraw();
        vm.prank(OWNER);
        vm.expectRevert();
        launch.refund(STRANGER, "id", PRICE + 1, new bytes32[](0));
        vm.prank(OWNER);
        launch.refund(STRANGER, "id", PRICE, new bytes32[](0));
        vm.assertEq(usdc.balanceOf(STRANGER), PRICE, "refunded");
        vm.assertEq(launch.state().unaccounted, 0, "unaccounted");
    }

    function test_a_refund_spends_an_id_of_the_account_that_is_paid_and_of_no_other() public {
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Refunded(launch.paymentId(STRANGER, p.nonce), STRANGER, PRICE);
        vm.prank(OWNER);
        launch.refund(STRANGER, p.nonce, PRICE, new bytes32[](0));
        vm.assertEq(launch.chainOf(p.payer), bytes32(0), "the payer's chain");
        usdc.mint(address(launch), PRICE);
        vm.prank(MINTER);
        launch.mintSettled(p.payer, p.nonce, 1, new bytes32[](0));
        vm.assertEq(launch.balanceOf(p.payer), ALLOTMENT, "tokens");
    }

    function test_a_refund_works_while_the_sale_is_paused_and_closed() public {
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        vm.prank(OWNER);
        launch.pause();
        vm.warp(NOW + 30 days);
        refund(p, PRICE);
    }
}

contract RefundOnTestUSDC is Refund, OnTestUSDC {}

contract RefundOnFiatToken is Refund, OnFiatToken {}
