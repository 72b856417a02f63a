// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Block, ILaunch, Payment} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";

/// What spends money that is with the launch names the block in which its caller saw it, and fails on every branch without
/// that block.
abstract contract Branch is Fixture {
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    address private constant SYSTEM = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;
    /// EIP-2935's own.
    bytes private constant HISTORY_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";
    uint256 private constant KEY = 0xA11CE;
    uint256 private constant AT = 1_000_000;
    bytes32 private constant HASH = keccak256("the block of the settlement");
    uint256 private tries;

    function setUp() public virtual override {
        super.setUp();
        vm.etch(HISTORY, "");
        vm.roll(AT + 1);
        vm.setBlockhash(AT, HASH);
    }

    /// The chain has EIP-2935, and its block after a number was mined.
    function keepHistory(uint256 number, bytes32 hash) private {
        vm.etch(HISTORY, HISTORY_CODE);
        vm.roll(number + 1);
        vm.prank(SYSTEM);
        (bool kept,) = HISTORY.call(abi.encode(hash));
        vm.assertTrue(kept, "kept");
    }

    function expectPasses(Block memory seen, bool passes) private {
        vm.assertTrue(launch.onBranch(seen) == passes, "the view");
        bytes32 nonce = bytes32(++tries);
        Payment memory p = pay(KEY, 1, nonce);
        submit(p);
        if (!passes) expectOther(seen);
        vm.prank(MINTER);
        launch.mintSettled(p.payer, nonce, 1, 0, history[p.payer], seen);
        if (passes) history[p.payer].push(launch.paymentId(p.payer, nonce));
    }

    function expectOther(Block memory seen) private {
        vm.expectRevert(abi.encodeWithSelector(ILaunch.OtherBranch.selector, seen.number));
    }

    function test_the_block_that_was_seen_lets_every_way_to_spend_pass() public {
        usdc.mint(address(launch), PRICE);
        Payment memory a = pay(KEY, 1, "a");
        Payment memory b = pay(0xB0B, 1, "b");
        submit(a);
        submit(b);
        Block memory seen = Block(AT, HASH);
        vm.assertTrue(launch.onBranch(seen), "the view");
        vm.prank(MINTER);
        launch.mintSettled(a.payer, a.nonce, 1, 0, new bytes32[](0), seen);
        vm.startPrank(OWNER);
        launch.refund(b.payer, b.nonce, PRICE, 0, new bytes32[](0), seen);
        launch.refundTransfer(STRANGER, "t", PRICE, 0, new bytes32[](0), seen);
        vm.stopPrank();
        vm.assertEq(launch.balanceOf(a.payer), ALLOTMENT, "tokens");
        vm.assertEq(usdc.balanceOf(b.payer), PRICE, "a refund");
        vm.assertEq(usdc.balanceOf(STRANGER), PRICE, "a transfer's refund");
    }

    /// A reorg took the settlement, and money of others is there.
    function test_nothing_is_spent_on_a_branch_without_the_block() public {
        Payment memory a = pay(KEY, 1, "a");
        submit(a);
        usdc.mint(address(launch), 5 * PRICE);
        Block memory seen = Block(AT, HASH);
        vm.setBlockhash(AT, keccak256("another branch"));
        vm.assertTrue(!launch.onBranch(seen), "the view");
        expectOther(seen);
        vm.prank(MINTER);
        launch.mintSettled(a.payer, a.nonce, 1, 0, new bytes32[](0), seen);
        expectOther(seen);
        vm.prank(OWNER);
        launch.refund(a.payer, a.nonce, PRICE, 0, new bytes32[](0), seen);
        expectOther(seen);
        vm.prank(OWNER);
        launch.refundTransfer(STRANGER, "t", PRICE, 0, new bytes32[](0), seen);
        vm.warp(NOW + 1 days);
        expectOther(seen);
        vm.prank(MINTER);
        launch.refund(a.payer, a.nonce, PRICE, 0, new bytes32[](0), seen);
        vm.assertEq(launch.sold(), 0, "sold");
        vm.assertEq(launch.chainOf(a.payer), 0, "chain");
        vm.assertEq(usdc.balanceOf(address(launch)), 6 * PRICE, "held");
    }

    function test_a_lying_hash_is_refused() public {
        expectPasses(Block(AT, bytes32(uint256(HASH) ^ 1)), false);
        expectPasses(Block(AT, bytes32(uint256(HASH) ^ 1 << 255)), false);
        expectPasses(Block(AT, 0), false);
        expectPasses(Block(AT - 1, HASH), false);
    }

    function test_without_a_block_nothing_is_looked_up() public {
        expectPasses(Block(0, 0), true);
        expectPasses(Block(0, HASH), true);
    }

    /// `blockhash` gives 0 for these, which must not be the hash of any block.
    function test_the_current_block_and_later_ones_are_on_no_branch() public {
        for (uint256 i; i < 2; ++i) {
            expectPasses(Block(block.number, 0), false);
            expectPasses(Block(block.number, HASH), false);
            expectPasses(Block(block.number, blockhash(block.number - 1)), false);
            expectPasses(Block(block.number + 1, 0), false);
            expectPasses(Block(block.number + 1, HASH), false);
            expectPasses(Block(type(uint256).max, 0), false);
            expectPasses(Block(type(uint256).max, HASH), false);
            keepHistory(block.number, HASH);
        }
    }

    function test_the_last_256_blocks_are_looked_up_without_a_history() public {
        vm.roll(AT + 256);
        expectPasses(Block(AT, HASH), true);
        vm.roll(AT + 257);
        expectPasses(Block(AT, HASH), false);
        expectPasses(Block(AT, 0), false);
    }

    function test_the_last_8191_blocks_are_looked_up_in_the_history() public {
        keepHistory(AT, HASH);
        uint256[4] memory ages = [uint256(1), 256, 257, 8191];
        for (uint256 i; i < 4; ++i) {
            vm.roll(AT + ages[i]);
            if (ages[i] <= 256) vm.setBlockhash(AT, HASH);
            expectPasses(Block(AT, bytes32(uint256(HASH) ^ 1)), false);
            expectPasses(Block(AT, HASH), true);
        }
        vm.roll(AT + 8192);
        expectPasses(Block(AT, HASH), false);
        expectPasses(Block(AT, 0), false);
    }

    /// Where the chain had EIP-2935 only later, its slots are empty.
    function test_a_block_from_before_the_history_is_on_no_branch() public {
        keepHistory(AT, HASH);
        vm.roll(AT + 300);
        expectPasses(Block(AT - 1, 0), false);
        expectPasses(Block(AT - 1, HASH), false);
    }

    /// Other code at that address than EIP-2935's: it answers too little, too much, or fails with a hash.
    function test_only_a_whole_answer_of_the_history_counts() public {
        vm.roll(AT + 300);
        Block memory seen = Block(AT, HASH);
        vm.etch(HISTORY, abi.encodePacked(hex"7f", HASH, hex"5f5260205ff3")); // return(0, 32)
        expectPasses(seen, true);
        vm.etch(HISTORY, abi.encodePacked(hex"7f", HASH, hex"5f52601f5ff3")); // return(0, 31)
        expectPasses(seen, false);
        vm.etch(HISTORY, abi.encodePacked(hex"7f", HASH, hex"5f5260405ff3")); // return(0, 64)
        expectPasses(seen, false);
        vm.etch(HISTORY, abi.encodePacked(hex"7f", HASH, hex"5f5260205ffd")); // revert(0, 32)
        expectPasses(seen, false);
    }

    /// The history has what the branch has, but only `blockhash` is asked about the last 256 blocks.
    function test_a_history_does_not_overrule_the_last_256_blocks() public {
        keepHistory(AT, keccak256("another branch"));
        vm.setBlockhash(AT, HASH);
        expectPasses(Block(AT, keccak256("another branch")), false);
        expectPasses(Block(AT, HASH), true);
    }

    function testFuzz_only_the_seen_hash_passes(bytes32 hash, uint256 age, bool kept) public {
        vm.assume(hash != HASH);
        if (kept) keepHistory(AT, HASH);
        age = bound(age, 1, 9000);
        vm.roll(AT + age);
        if (age <= 256) vm.setBlockhash(AT, HASH);
        vm.assertTrue(!launch.onBranch(Block(AT, hash)), "another hash");
        vm.assertTrue(launch.onBranch(Block(AT, HASH)) == (age <= (kept ? 8191 : 256)), "the hash");
    }

    function test_who_may_not_call_is_told_so_or_that_the_branch_is_another() public {
        Block memory seen = Block(AT, keccak256("another branch"));
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, address(this)));
        launch.refundTransfer(STRANGER, "t", PRICE, 0, new bytes32[](0), seen);
        expectOther(seen);
        launch.mintSettled(STRANGER, "n", 1, 0, new bytes32[](0), seen);
        expectOther(seen);
        launch.refund(STRANGER, "n", PRICE, 0, new bytes32[](0), seen);
    }
}

contract BranchOnTestUSDC is Branch, OnTestUSDC {
    function setUp() public override(Branch, Fixture) {
        super.setUp();
    }
}

contract BranchOnFiatToken is Branch, OnFiatToken {
    function setUp() public override(Branch, Fixture) {
        super.setUp();
    }
}
