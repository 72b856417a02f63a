// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Launch} from "../src/Launch.sol";
import {ILaunch, Payment, Terms} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// `mintSettled`: a payment that reached the launch some other way mints once, and no payment mints by both ways.
abstract contract SettledMint is Fixture {
    uint256 private constant KEY = 0xA11CE;

    function settle(Payment memory p) internal returns (bytes32 id) {
        id = launch.paymentId(p.payer, p.nonce);
        vm.prank(MINTER);
        launch.mintSettled(p.payer, p.nonce, p.quantity, 0, history[p.payer], anywhere());
        history[p.payer].push(id);
    }

    function expectSettleRefused(Payment memory p, bytes32[] memory claimed, bytes memory reason) internal {
        vm.prank(MINTER);
        vm.expectRevert(reason);
        launch.mintSettled(p.payer, p.nonce, p.quantity, 0, claimed, anywhere());
    }

    function spent(Payment memory p) internal view returns (bytes memory) {
        return abi.encodeWithSelector(ILaunch.AlreadySpent.selector, launch.paymentId(p.payer, p.nonce));
    }

    function wrong(Payment memory p) internal view returns (bytes memory) {
        return abi.encodeWithSelector(ILaunch.WrongHistory.selector, launch.chainOf(p.payer));
    }

    function test_a_payment_submitted_directly_is_minted_by_the_minter() public {
        Payment memory p = pay(KEY, 2, "n");
        submit(p);
        vm.assertEq(refusalOf(p), refused("FiatTokenV2: authorization is used or canceled"), "the atomic way");
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Minted(launch.paymentId(p.payer, p.nonce), p.payer, 2);
        settle(p);
        vm.assertEq(launch.balanceOf(p.payer), 2 * ALLOTMENT, "tokens");
        vm.assertEq(launch.sold(), 2, "sold");
        assertConserved();
    }

    function test_only_the_minter_mints_settlements() public {
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        address[3] memory callers = [OWNER, STRANGER, p.payer];
        for (uint256 i; i < 3; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, callers[i]));
            launch.mintSettled(p.payer, p.nonce, 1, 0, new bytes32[](0), anywhere());
        }
    }

    function test_a_payment_minted_atomically_is_refused_even_if_a_strangers_money_is_there() public {
        Payment memory p = pay(KEY, 1, "n");
        mintOne(p);
        Payment memory victim = pay(0xB0B, 1, "v");
        submit(victim);
        expectSettleRefused(p, history[p.payer], spent(p));
        expectSettleRefused(p, new bytes32[](0), wrong(p));
        settle(victim);
        vm.assertEq(launch.balanceOf(p.payer), ALLOTMENT, "tokens of the first");
        vm.assertEq(launch.balanceOf(victim.payer), ALLOTMENT, "tokens of the second");
    }

    function test_a_settled_payment_is_refused_the_second_time() public {
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        submit(pay(0xB0B, 1, "v"));
        settle(p);
        expectSettleRefused(p, history[p.payer], spent(p));
        expectSettleRefused(p, new bytes32[](0), wrong(p));
    }

    function test_a_history_that_omits_adds_repeats_or_reorders_is_refused() public {
        for (uint256 i; i < 3; ++i) mintOne(pay(KEY, 1, bytes32(i)));
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        bytes32[] memory truth = history[p.payer];
        bytes32[] memory claimed = new bytes32[](2);
        (claimed[0], claimed[1]) = (truth[0], truth[1]);
        expectSettleRefused(p, claimed, wrong(p));
        (claimed[0], claimed[1]) = (truth[1], truth[2]);
        expectSettleRefused(p, claimed, wrong(p));
        claimed = new bytes32[](3);
        (claimed[0], claimed[1], claimed[2]) = (truth[1], truth[0], truth[2]);
        expectSettleRefused(p, claimed, wrong(p));
        claimed = new bytes32[](4);
        (claimed[0], claimed[1], claimed[2], claimed[3]) = (truth[0], truth[1], truth[2], truth[2]);
        expectSettleRefused(p, claimed, wrong(p));
        claimed = new bytes32[](1);
        claimed[0] = launch.chainOf(p.payer);
        expectSettleRefused(p, claimed, wrong(p));
        settle(p);
    }

    function test_another_accounts_history_is_refused() public {
        mintOne(pay(KEY, 1, "a"));
        mintOne(pay(0xB0B, 1, "b"));
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        expectSettleRefused(p, history[vm.addr(0xB0B)], wrong(p));
    }

    function test_of_several_reasons_the_first_in_the_order_of_the_checks_is_named() public {
        Terms memory t = terms();
        t.cap = 5 * ALLOTMENT;
        t.limit = 4;
        launch = deploy(t);
        Payment memory p = pay(KEY, 3, "n");
        bytes32 id = mintOne(p);
        bytes32[] memory twice = new bytes32[](2);
        (twice[0], twice[1]) = (id, id);
        p.quantity = 5;
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, STRANGER));
        launch.mintSettled(p.payer, p.nonce, p.quantity, 0, twice, anywhere());
        expectSettleRefused(p, twice, abi.encodeWithSelector(ILaunch.QuantityOutOfRange.selector, 5, 4));
        p.quantity = 4;
        expectSettleRefused(p, twice, abi.encodeWithSelector(ILaunch.SoldOut.selector, 2));
        p.quantity = 2;
        expectSettleRefused(p, twice, wrong(p));
        // Spent, and there is no money for it.
        expectSettleRefused(p, history[p.payer], spent(p));
        // Neither settled nor is there money.
        p.nonce = "m";
        expectSettleRefused(p, twice, wrong(p));
        expectSettleRefused(
            p,
            history[p.payer],
            abi.encodeWithSelector(ILaunch.NotSettled.selector, launch.paymentId(p.payer, p.nonce))
        );
    }

    function test_a_settled_mint_logs_the_transfer_then_the_id() public {
        Payment memory p = pay(KEY, 2, "n");
        submit(p);
        vm.recordLogs();
        settle(p);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2, "logs");
        vm.assertEq(logs[0].topics[0], keccak256("Transfer(address,address,uint256)"), "first");
        vm.assertEq(logs[0].topics[1], bytes32(0), "minted from zero");
        vm.assertEq(logs[0].topics[2], bytes32(uint256(uint160(p.payer))), "to the payer");
        vm.assertEq(abi.decode(logs[0].data, (uint256)), 2 * ALLOTMENT, "tokens");
        vm.assertEq(logs[1].topics[0], ILaunch.Minted.selector, "second");
    }

    function test_moving_the_tokens_away_changes_no_history() public {
        Payment memory p = pay(KEY, 1, "n");
        mintOne(p);
        bytes32 chain = launch.chainOf(p.payer);
        vm.prank(p.payer);
        launch.transfer(STRANGER, ALLOTMENT);
        vm.assertEq(launch.chainOf(p.payer), chain, "the sender's chain");
        vm.assertEq(launch.chainOf(STRANGER), bytes32(0), "the receiver's chain");
        submit(pay(0xB0B, 1, "v"));
        expectSettleRefused(p, new bytes32[](0), wrong(p));
        expectSettleRefused(p, history[p.payer], spent(p));
    }

    function test_a_payment_that_was_not_settled_is_refused() public {
        Payment memory p = pay(KEY, 1, "n");
        usdc.mint(address(launch), PRICE);
        expectSettleRefused(
            p,
            new bytes32[](0),
            abi.encodeWithSelector(ILaunch.NotSettled.selector, launch.paymentId(p.payer, p.nonce))
        );
    }

    function test_a_mint_is_never_backed_by_money_that_is_not_there() public {
        // A cancelled authorization looks used, and brought nothing.
        Payment memory p = pay(KEY, 1, "n");
        bytes32 cancel =
            keccak256(abi.encode(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), p.payer, p.nonce));
        usdc.cancelAuthorization(p.payer, p.nonce, sign(KEY, typed(cancel)));
        expectSettleRefused(p, new bytes32[](0), abi.encodeWithSelector(ILaunch.Insolvent.selector, PRICE, 0));
        mintOne(pay(0xB0B, 3, "b"));
        expectSettleRefused(p, new bytes32[](0), abi.encodeWithSelector(ILaunch.Insolvent.selector, 4 * PRICE, 3 * PRICE));
        launch.withdraw();
        expectSettleRefused(p, new bytes32[](0), abi.encodeWithSelector(ILaunch.Insolvent.selector, 4 * PRICE, 3 * PRICE));
        usdc.mint(address(launch), PRICE - 1);
        expectSettleRefused(
            p, new bytes32[](0), abi.encodeWithSelector(ILaunch.Insolvent.selector, 4 * PRICE, 4 * PRICE - 1)
        );
    }

    function test_a_settlement_is_minted_while_the_sale_is_paused_and_after_it_closed() public {
        Payment memory p = pay(KEY, 1, "n");
        Payment memory q = pay(KEY, 1, "m");
        submit(p);
        submit(q);
        vm.prank(OWNER);
        launch.pause();
        settle(p);
        vm.warp(NOW + 30 days);
        settle(q);
        vm.assertEq(launch.balanceOf(p.payer), 2 * ALLOTMENT, "tokens");
    }

    function test_nothing_is_minted_before_the_opening_by_any_door() public {
        Terms memory t = terms();
        t.opensAt = uint64(NOW + 100);
        launch = deploy(t);
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        bytes memory refusal = abi.encodeWithSelector(ILaunch.NotOpen.selector, NOW + 100);
        expectSettleRefused(p, new bytes32[](0), refusal);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, STRANGER));
        launch.mintSettled(p.payer, p.nonce, 1, 0, new bytes32[](0), anywhere());
        vm.warp(NOW + 99);
        expectSettleRefused(p, new bytes32[](0), refusal);
        vm.assertEq(refusalOf(pay(KEY, 1, "m")), refusal, "the atomic door");
        vm.warp(NOW + 100);
        settle(p);
        vm.assertEq(launch.balanceOf(p.payer), ALLOTMENT, "tokens");
    }

    function test_an_id_outlives_a_change_of_the_chains_id() public {
        Payment memory p = pay(KEY, 1, "old");
        bytes32 id = mintOne(p);
        usdc.mint(address(launch), PRICE);
        vm.chainId(block.chainid + 1);
        vm.assertEq(launch.paymentId(p.payer, p.nonce), id, "id");
        expectSettleRefused(p, history[p.payer], spent(p));
    }

    function test_cap_and_limit_hold_for_settlements() public {
        Terms memory t = terms();
        t.cap = 5 * ALLOTMENT;
        t.limit = 4;
        launch = deploy(t);
        Payment memory p = pay(KEY, 5, "n");
        submit(p);
        expectSettleRefused(p, new bytes32[](0), abi.encodeWithSelector(ILaunch.QuantityOutOfRange.selector, 5, 4));
        p.quantity = 0;
        expectSettleRefused(p, new bytes32[](0), abi.encodeWithSelector(ILaunch.QuantityOutOfRange.selector, 0, 4));
        mintOne(pay(0xB0B, 3, "b"));
        p.quantity = 3;
        expectSettleRefused(p, new bytes32[](0), abi.encodeWithSelector(ILaunch.SoldOut.selector, 2));
    }

    /// Any order of the three ways to spend an id, each tried again by every way: one effect for each id.
    function testFuzz_an_id_is_spent_once_across_all_ways(uint256 seed) public {
        usdc.mint(address(launch), 100 * PRICE);
        address payer = vm.addr(KEY);
        uint256 minted;
        uint256 paidBack;
        for (uint256 i; i < 6; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            Payment memory p = pay(KEY, 1, bytes32(i));
            bytes32 id = launch.paymentId(payer, p.nonce);
            if (roll % 3 == 0) {
                mintOne(p);
                ++minted;
            } else if (roll % 3 == 1) {
                submit(p);
                settle(p);
                ++minted;
            } else {
                submit(p);
                vm.prank(OWNER);
                launch.refund(payer, p.nonce, PRICE, 0, history[payer], anywhere());
                history[payer].push(id);
                ++paidBack;
            }
            bytes32 again = launch.paymentId(payer, bytes32(roll % (i + 1)));
            vm.prank(MINTER);
            vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, again));
            launch.mintSettled(payer, bytes32(roll % (i + 1)), 1, 0, history[payer], anywhere());
            vm.prank(OWNER);
            vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, again));
            launch.refund(payer, bytes32(roll % (i + 1)), 1, 0, history[payer], anywhere());
            vm.expectRevert(refused("FiatTokenV2: authorization is used or canceled"));
            launch.mint(p);
        }
        vm.assertEq(launch.balanceOf(payer), minted * ALLOTMENT, "tokens");
        vm.assertEq(usdc.balanceOf(payer), paidBack * PRICE, "money");
        assertConserved();
    }
}

contract SettledMintOnTestUSDC is SettledMint, OnTestUSDC {}

contract SettledMintOnFiatToken is SettledMint, OnFiatToken {}
