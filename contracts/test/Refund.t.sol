// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILaunch, Payment, Terms} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// `refund`: unaccounted money goes back, the money of a mint never does.
abstract contract Refund is Fixture {
    uint256 private constant KEY = 0xA11CE;

    function refund(Payment memory p, uint256 amount) internal returns (bytes32 id) {
        id = launch.paymentId(p.payer, p.nonce);
        vm.prank(OWNER);
        launch.refund(p.payer, p.nonce, amount, 0, history[p.payer], anywhere());
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
        launch.refund(p.payer, p.nonce, PRICE, 0, truth, anywhere());
        vm.prank(MINTER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.mintSettled(p.payer, p.nonce, 1, 0, truth, anywhere());
        bytes32 chain = launch.chainOf(p.payer);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.WrongHistory.selector, chain));
        launch.refund(p.payer, p.nonce, PRICE, 0, new bytes32[](0), anywhere());
    }

    function test_a_minted_payment_is_never_refunded() public {
        Payment memory p = pay(KEY, 1, "n");
        bytes32 id = mintOne(p);
        usdc.mint(address(launch), PRICE);
        bytes32[] memory truth = history[p.payer];
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.refund(p.payer, p.nonce, PRICE, 0, truth, anywhere());
    }

    function test_while_the_sale_is_open_only_the_owner_refunds() public {
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        address[3] memory callers = [TREASURY, STRANGER, p.payer];
        for (uint256 i; i < 3; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, callers[i]));
            launch.refund(p.payer, p.nonce, PRICE, 0, new bytes32[](0), anywhere());
        }
        expectMintable(p, PRICE, COUNT);
    }

    function test_the_money_of_mints_is_never_refunded() public {
        mintOne(pay(KEY, 3, "n"));
        usdc.mint(address(launch), PRICE);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Insolvent.selector, 3 * PRICE, 3 * PRICE - 1));
        launch.refundTransfer(STRANGER, "id", PRICE + 1, 0, new bytes32[](0), anywhere());
        launch.withdraw();
        vm.prank(OWNER);
        vm.expectRevert();
        launch.refundTransfer(STRANGER, "id", PRICE + 1, 0, new bytes32[](0), anywhere());
        vm.prank(OWNER);
        launch.refundTransfer(STRANGER, "id", PRICE, 0, new bytes32[](0), anywhere());
        vm.assertEq(usdc.balanceOf(STRANGER), PRICE, "refunded");
        vm.assertEq(launch.state().unaccounted, 0, "unaccounted");
    }

    function test_a_refund_spends_an_id_of_the_account_that_is_paid_and_of_no_other() public {
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        // Another account that used the same nonce.
        submit(pay(0xB0B, 1, "n"));
        address other = vm.addr(0xB0B);
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Refunded(launch.paymentId(other, p.nonce), other, PRICE);
        vm.prank(OWNER);
        launch.refund(other, p.nonce, PRICE, 0, new bytes32[](0), anywhere());
        vm.assertEq(launch.chainOf(p.payer), bytes32(0), "the payer's chain");
        vm.prank(MINTER);
        launch.mintSettled(p.payer, p.nonce, 1, 0, new bytes32[](0), anywhere());
        vm.assertEq(launch.balanceOf(p.payer), ALLOTMENT, "tokens");
    }

    /// The atomic mint never looks at the chain of ids: what is refunded must be used up at the asset.
    function test_an_authorization_that_was_not_used_is_never_refunded() public {
        submit(pay(0xB0B, 1, "v"));
        Payment memory p = pay(KEY, 1, "n");
        bytes32 id = launch.paymentId(p.payer, p.nonce);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.NotSettled.selector, id));
        launch.refund(p.payer, p.nonce, PRICE, 0, new bytes32[](0), anywhere());
        launch.mint(p);
        vm.assertEq(launch.state().unaccounted, PRICE, "the other's money");
    }

    function test_the_refund_of_a_transfer_spends_an_id_that_no_payment_can_have() public {
        submit(pay(0xB0B, 1, "v"));
        Payment memory p = pay(KEY, 1, "n");
        bytes32 id = launch.transferId(p.payer, p.nonce);
        vm.assertTrue(id != launch.paymentId(p.payer, p.nonce), "another domain");
        vm.assertEq(
            id,
            keccak256(abi.encode(keccak256("mint402: plain transfer"), block.chainid, address(usdc), p.payer, p.nonce)),
            "as documented"
        );
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Refunded(id, p.payer, PRICE);
        vm.prank(OWNER);
        launch.refundTransfer(p.payer, p.nonce, PRICE, 0, new bytes32[](0), anywhere());
        history[p.payer].push(id);
        bytes32[] memory truth = history[p.payer];
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.refundTransfer(p.payer, p.nonce, PRICE, 0, truth, anywhere());
        bytes32 chain = launch.chainOf(p.payer);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.WrongHistory.selector, chain));
        launch.refundTransfer(p.payer, "another", PRICE, 0, new bytes32[](0), anywhere());
        launch.mint(p);
        vm.assertEq(launch.balanceOf(p.payer), ALLOTMENT, "the payment of that nonce mints");
    }

    function test_only_the_refunder_refunds_transfers() public {
        usdc.mint(address(launch), PRICE);
        vm.warp(NOW + 30 days);
        address[3] memory callers = [MINTER, STRANGER, TREASURY];
        for (uint256 i; i < 3; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, callers[i]));
            launch.refundTransfer(STRANGER, "id", PRICE, 0, new bytes32[](0), anywhere());
        }
    }

    function expectMintable(Payment memory p, uint256 amount, uint256 left) private {
        vm.prank(MINTER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Mintable.selector, left));
        launch.refund(p.payer, p.nonce, amount, 0, new bytes32[](0), anywhere());
    }

    function byMinter(Payment memory p, uint256 amount) private {
        vm.prank(MINTER);
        launch.refund(p.payer, p.nonce, amount, 0, history[p.payer], anywhere());
    }

    function test_the_minter_refunds_what_is_sold_out_and_nothing_else_while_the_sale_is_open() public {
        Terms memory t = terms();
        t.cap = 5 * ALLOTMENT;
        t.limit = 4;
        launch = deploy(t);
        Payment memory p = pay(KEY, 3, "n");
        submit(p);
        expectMintable(p, 3 * PRICE, 5);
        launch.mint(pay(0xB0B, 2, "b"));
        expectMintable(p, 3 * PRICE, 3);
        expectMintable(p, 0, 3);
        vm.prank(OWNER);
        launch.pause();
        expectMintable(p, 3 * PRICE, 3);
        vm.prank(OWNER);
        launch.unpause();
        launch.mint(pay(0xB0B, 1, "c"));
        expectMintable(p, 2 * PRICE, 2);
        byMinter(p, 3 * PRICE);
        vm.assertEq(usdc.balanceOf(p.payer), 3 * PRICE, "money");
        // A part of an allotment counts as one.
        Payment memory odd = pay(KEY + 1, 3, "odd");
        submit(odd);
        byMinter(odd, 2 * PRICE + 1);
        vm.assertEq(usdc.balanceOf(odd.payer), 2 * PRICE + 1, "an odd amount");
    }

    function test_the_minter_refunds_nothing_for_nothing() public {
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        vm.warp(NOW + 30 days);
        expectMintable(p, 0, 0);
    }

    function test_the_minter_refunds_before_the_opening_and_after_the_close() public {
        Terms memory t = terms();
        t.opensAt = uint64(NOW + 100);
        t.closesAt = uint64(NOW + 200);
        launch = deploy(t);
        Payment memory p = pay(KEY, 1, "n");
        Payment memory q = pay(KEY + 1, 1, "m");
        Payment memory r = pay(KEY + 2, 1, "o");
        submit(p);
        submit(q);
        submit(r);
        vm.warp(NOW + 99);
        byMinter(p, PRICE);
        vm.warp(NOW + 100);
        expectMintable(q, PRICE, COUNT);
        vm.warp(NOW + 199);
        expectMintable(q, PRICE, COUNT);
        vm.warp(NOW + 200);
        byMinter(q, PRICE);
        vm.assertEq(usdc.balanceOf(p.payer) + usdc.balanceOf(q.payer), 2 * PRICE, "money");
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, STRANGER));
        launch.refund(r.payer, r.nonce, PRICE, 0, new bytes32[](0), anywhere());
    }

    function test_the_minter_refunds_no_authorization_that_was_not_used() public {
        submit(pay(0xB0B, 1, "v"));
        Payment memory p = pay(KEY, 1, "n");
        vm.warp(NOW + 30 days);
        bytes32 id = launch.paymentId(p.payer, p.nonce);
        vm.prank(MINTER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.NotSettled.selector, id));
        launch.refund(p.payer, p.nonce, PRICE, 0, new bytes32[](0), anywhere());
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, STRANGER));
        launch.refund(p.payer, p.nonce, PRICE, 0, new bytes32[](0), anywhere());
    }

    function test_a_launch_that_never_closes_is_refunded_by_the_minter_only_when_sold_out() public {
        Terms memory t = terms();
        t.closesAt = 0;
        launch = deploy(t);
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        vm.warp(NOW + 3650 days);
        expectMintable(p, PRICE, COUNT);
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
