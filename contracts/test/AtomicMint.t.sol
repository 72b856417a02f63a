// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Launch} from "../src/Launch.sol";
import {ILaunch, Payment, Terms} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// `mint`: the tokens and the money change hands together, or neither does.
abstract contract AtomicMint is Fixture {
    uint256 private constant KEY = 0xA11CE;

    function assertNothingMoved(Payment memory p, uint256 money) internal view {
        vm.assertEq(launch.sold(), 0, "sold");
        vm.assertEq(launch.balanceOf(p.payer), 0, "tokens");
        vm.assertEq(usdc.balanceOf(p.payer), money, "the payer's money");
        vm.assertEq(launch.chainOf(p.payer), bytes32(0), "chain");
    }

    function assertRefused(Payment memory p, bytes memory reason) internal {
        uint256 money = usdc.balanceOf(p.payer);
        vm.assertEq(refusalOf(p), reason, "refusal");
        assertNothingMoved(p, money);
    }

    function test_anyone_may_settle_a_payment_and_the_payer_gets_the_tokens() public {
        Payment memory p = pay(KEY, 1, "n");
        vm.prank(STRANGER);
        launch.mint(p);
        vm.assertEq(launch.balanceOf(p.payer), ALLOTMENT, "tokens");
        vm.assertEq(launch.balanceOf(STRANGER), 0, "the sender's tokens");
        vm.assertEq(usdc.balanceOf(p.payer), 0, "the payer's money");
        vm.assertEq(usdc.balanceOf(address(launch)), PRICE, "the launch's money");
        vm.assertEq(launch.sold(), 1, "sold");
        vm.assertEq(launch.totalSupply(), ALLOTMENT, "total supply");
        vm.assertTrue(usdc.authorizationState(p.payer, p.nonce), "authorization used");
    }

    function test_a_mint_logs_the_payment_then_the_transfer_then_the_id() public {
        Payment memory p = pay(KEY, 3, "n");
        vm.recordLogs();
        launch.mint(p);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 4, "logs");
        vm.assertEq(logs[0].topics[0], keccak256("AuthorizationUsed(address,bytes32)"), "first log");
        vm.assertEq(logs[0].topics[2], p.nonce, "payment nonce");
        vm.assertEq(logs[1].topics[0], keccak256("Transfer(address,address,uint256)"), "second log");
        vm.assertEq(logs[1].emitter, address(usdc), "second log's emitter");
        vm.assertEq(abi.decode(logs[1].data, (uint256)), 3 * PRICE, "money");
        vm.assertEq(logs[2].topics[0], keccak256("Transfer(address,address,uint256)"), "third log");
        vm.assertEq(logs[2].emitter, address(launch), "third log's emitter");
        vm.assertEq(logs[2].topics[1], bytes32(0), "minted from zero");
        vm.assertEq(abi.decode(logs[2].data, (uint256)), 3 * ALLOTMENT, "tokens");
        vm.assertEq(logs[3].topics[0], ILaunch.Minted.selector, "fourth log");
        vm.assertEq(logs[3].topics[1], launch.paymentId(p.payer, p.nonce), "id");
        vm.assertEq(logs[3].topics[2], bytes32(uint256(uint160(p.payer))), "payer");
        vm.assertEq(abi.decode(logs[3].data, (uint256)), 3, "quantity");
    }

    function test_the_id_is_the_hash_of_chain_asset_payer_and_payment_nonce() public view {
        bytes32 nonce = keccak256("n");
        vm.assertEq(
            launch.paymentId(STRANGER, nonce),
            keccak256(abi.encode(block.chainid, address(usdc), STRANGER, nonce)),
            "id"
        );
    }

    function test_the_same_payment_again_is_refused() public {
        Payment memory p = pay(KEY, 1, "n");
        fund(p.payer, 1);
        launch.mint(p);
        vm.expectRevert(refused("FiatTokenV2: authorization is used or canceled"));
        launch.mint(p);
        vm.assertEq(launch.balanceOf(p.payer), ALLOTMENT, "tokens");
        vm.assertEq(usdc.balanceOf(p.payer), PRICE, "the payer's other money");
    }

    function test_a_payer_mints_again_with_another_payment() public {
        launch.mint(pay(KEY, 1, "n"));
        launch.mint(pay(KEY, 2, "m"));
        vm.assertEq(launch.balanceOf(vm.addr(KEY)), 3 * ALLOTMENT, "tokens");
    }

    function testFuzz_every_quantity_within_the_limit_costs_its_exact_price(uint256 quantity, uint256 extra, bytes32 nonce) public {
        quantity = bound(quantity, 1, LIMIT);
        Payment memory p = pay(KEY, quantity, nonce);
        usdc.mint(p.payer, extra = bound(extra, 1, 1e30));
        launch.mint(p);
        vm.assertEq(usdc.balanceOf(p.payer), extra, "the payer's money");
        vm.assertEq(launch.balanceOf(p.payer), quantity * ALLOTMENT, "tokens");
        vm.assertEq(launch.sold(), quantity, "sold");
        assertConserved();
    }

    function testFuzz_an_authorization_of_any_other_amount_is_refused(uint256 value) public {
        vm.assume(value != PRICE);
        Payment memory p = pay(KEY, 1, "n");
        p.signature = sign(KEY, digestOf(p.payer, address(launch), value, p.validAfter, p.validBefore, p.nonce));
        assertRefused(p, refused("FiatTokenV2: invalid signature"));
    }

    function testFuzz_a_quantity_that_was_not_signed_is_refused(uint256 quantity) public {
        quantity = bound(quantity, 1, LIMIT);
        vm.assume(quantity != 4);
        Payment memory p = pay(KEY, 4, "n");
        fund(p.payer, LIMIT);
        p.quantity = quantity;
        assertRefused(p, refused("FiatTokenV2: invalid signature"));
    }

    function testFuzz_a_signature_by_anybody_else_is_refused(uint256 key) public {
        key = bound(key, 1, type(uint128).max);
        vm.assume(key != KEY);
        Payment memory p = pay(KEY, 1, "n");
        p.signature = sign(key, digestOf(p.payer, address(launch), PRICE, p.validAfter, p.validBefore, p.nonce));
        assertRefused(p, refused("FiatTokenV2: invalid signature"));
    }

    function test_an_authorization_for_another_launch_is_refused() public {
        Launch other = deploy(terms());
        Payment memory p = pay(KEY, 1, "n");
        p.signature = sign(KEY, digestOf(p.payer, address(other), PRICE, p.validAfter, p.validBefore, p.nonce));
        assertRefused(p, refused("FiatTokenV2: invalid signature"));
    }

    function test_the_malleable_twin_of_a_signature_is_refused() public {
        Payment memory p = pay(KEY, 1, "n");
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(KEY, digestOf(p.payer, address(launch), PRICE, p.validAfter, p.validBefore, p.nonce));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        p.signature = abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27));
        assertRefused(p, refused("ECRecover: invalid signature 's' value"));
    }

    function test_a_signature_that_is_not_65_bytes_is_refused_to_a_payer_without_code() public {
        Payment memory p = pay(KEY, 1, "n");
        p.signature = new bytes(64);
        assertRefused(p, refused("ECRecover: invalid signature length"));
    }

    function test_a_signature_longer_than_any_wallets_is_refused_without_a_reason() public {
        Payment memory p = pay(KEY, 1, "n");
        p.signature = new bytes(8193);
        assertRefused(p, abi.encodeWithSelector(ILaunch.PaymentRefused.selector, ""));
    }

    function test_a_payer_without_the_money_is_refused() public {
        Payment memory p = paymentFrom(KEY, vm.addr(KEY), 1, "n");
        usdc.mint(p.payer, PRICE - 1);
        assertRefused(p, refused("ERC20: transfer amount exceeds balance"));
    }

    function test_the_window_of_an_authorization_is_open_at_both_ends() public {
        Payment memory p = pay(KEY, 1, "n");
        p.validAfter = NOW + 10;
        p.validBefore = NOW + 20;
        p.signature = sign(KEY, digestOf(p.payer, address(launch), PRICE, p.validAfter, p.validBefore, p.nonce));
        vm.warp(NOW + 10);
        assertRefused(p, refused("FiatTokenV2: authorization is not yet valid"));
        vm.warp(NOW + 20);
        assertRefused(p, refused("FiatTokenV2: authorization is expired"));
        vm.warp(NOW + 11);
        uint256 snapshot = vm.snapshotState();
        launch.mint(p);
        vm.revertToState(snapshot);
        vm.warp(NOW + 19);
        launch.mint(p);
    }

    function test_a_cancelled_authorization_is_refused() public {
        Payment memory p = pay(KEY, 1, "n");
        bytes32 cancel = keccak256(abi.encode(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), p.payer, p.nonce));
        usdc.cancelAuthorization(p.payer, p.nonce, sign(KEY, typed(cancel)));
        assertRefused(p, refused("FiatTokenV2: authorization is used or canceled"));
    }

    function test_a_blacklisted_payer_is_refused_and_mints_once_it_is_not() public {
        Payment memory p = pay(KEY, 1, "n");
        usdc.blacklist(p.payer);
        assertRefused(p, refused("Blacklistable: account is blacklisted"));
        usdc.unBlacklist(p.payer);
        launch.mint(p);
    }

    function test_a_blacklisted_launch_charges_nobody() public {
        Payment memory p = pay(KEY, 1, "n");
        usdc.blacklist(address(launch));
        assertRefused(p, refused("Blacklistable: account is blacklisted"));
    }

    function test_a_paused_asset_charges_nobody() public {
        Payment memory p = pay(KEY, 1, "n");
        usdc.pause();
        assertRefused(p, refused("Pausable: paused"));
        usdc.unpause();
        launch.mint(p);
    }

    function test_no_allotment_and_more_than_the_limit_are_refused() public {
        Payment memory p = pay(KEY, 1, "n");
        p.quantity = 0;
        assertRefused(p, abi.encodeWithSelector(ILaunch.QuantityOutOfRange.selector, 0, LIMIT));
        p = pay(KEY, LIMIT + 1, "n");
        assertRefused(p, abi.encodeWithSelector(ILaunch.QuantityOutOfRange.selector, LIMIT + 1, LIMIT));
        p.quantity = type(uint256).max;
        assertRefused(p, abi.encodeWithSelector(ILaunch.QuantityOutOfRange.selector, type(uint256).max, LIMIT));
    }

    function test_without_a_limit_one_payment_may_buy_the_whole_cap_and_no_more() public {
        Terms memory t = terms();
        t.limit = 0;
        launch = deploy(t);
        assertRefused(pay(KEY, COUNT + 1, "n"), abi.encodeWithSelector(ILaunch.QuantityOutOfRange.selector, COUNT + 1, COUNT));
        launch.mint(pay(KEY, COUNT, "m"));
        vm.assertEq(launch.totalSupply(), t.cap, "total supply");
        vm.assertEq(launch.balanceOf(vm.addr(KEY)), t.cap, "tokens");
    }

    function test_what_is_sold_out_is_never_charged() public {
        Terms memory t = terms();
        t.cap = 5 * ALLOTMENT;
        t.limit = 5;
        launch = deploy(t);
        launch.mint(pay(KEY, 3, "a"));
        Payment memory p = pay(0xB0B, 3, "b");
        vm.expectRevert(abi.encodeWithSelector(ILaunch.SoldOut.selector, 2));
        launch.mint(p);
        vm.assertEq(usdc.balanceOf(p.payer), 3 * PRICE, "the payer's money");
        vm.assertTrue(!usdc.authorizationState(p.payer, p.nonce), "authorization still unused");
        launch.mint(pay(KEY, 2, "c"));
        vm.expectRevert(abi.encodeWithSelector(ILaunch.SoldOut.selector, 0));
        launch.mint(p);
        p.quantity = 6;
        vm.expectRevert(abi.encodeWithSelector(ILaunch.QuantityOutOfRange.selector, 6, 5));
        launch.mint(p);
        vm.assertEq(launch.totalSupply(), t.cap, "total supply");
    }

    function test_the_sale_is_open_from_opensAt_until_just_before_closesAt() public {
        Terms memory t = terms();
        t.opensAt = uint64(NOW + 100);
        t.closesAt = uint64(NOW + 200);
        launch = deploy(t);
        Payment memory p = pay(KEY, 1, "n");
        vm.warp(NOW + 99);
        assertRefused(p, abi.encodeWithSelector(ILaunch.NotOpen.selector, NOW + 100));
        vm.warp(NOW + 200);
        assertRefused(p, abi.encodeWithSelector(ILaunch.Closed.selector, NOW + 200));
        uint256 snapshot = vm.snapshotState();
        vm.warp(NOW + 100);
        launch.mint(p);
        vm.revertToState(snapshot);
        vm.warp(NOW + 199);
        launch.mint(p);
    }

    function test_a_sale_without_times_is_always_open() public {
        Terms memory t = terms();
        t.opensAt = 0;
        t.closesAt = 0;
        launch = deploy(t);
        vm.warp(NOW * 1000);
        launch.mint(pay(KEY, 1, "n"));
    }

    function test_a_paused_launch_charges_nobody() public {
        Payment memory p = pay(KEY, 1, "n");
        vm.prank(OWNER);
        launch.pause();
        assertRefused(p, abi.encodeWithSelector(ILaunch.EnforcedPause.selector));
        vm.prank(OWNER);
        launch.unpause();
        launch.mint(p);
    }

    function test_a_paused_launch_says_so_before_and_after_its_time() public {
        Payment memory p = pay(KEY, 1, "n");
        vm.prank(OWNER);
        launch.pause();
        vm.warp(NOW - 1 days - 1);
        assertRefused(p, abi.encodeWithSelector(ILaunch.EnforcedPause.selector));
        vm.warp(NOW + 1 days);
        assertRefused(p, abi.encodeWithSelector(ILaunch.EnforcedPause.selector));
    }

    function test_donated_money_pays_for_nobodys_atomic_mint() public {
        usdc.mint(address(launch), 100 * PRICE);
        Payment memory p = paymentFrom(KEY, vm.addr(KEY), 1, "n");
        assertRefused(p, refused("ERC20: transfer amount exceeds balance"));
    }
}

contract AtomicMintOnTestUSDC is AtomicMint, OnTestUSDC {}

contract AtomicMintOnFiatToken is AtomicMint, OnFiatToken {}
