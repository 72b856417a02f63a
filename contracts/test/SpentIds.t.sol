// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILaunch, Payment} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";

interface VmStorage {
    function store(address, bytes32, bytes32) external;
    function record() external;
    function accesses(address) external returns (bytes32[] memory reads, bytes32[] memory writes);
}

/// Histories in parts: a list of ids too long for a transaction is folded by anyone, and proves what one list would.
abstract contract SpentIdsTest is Fixture {
    uint256 private constant KEY = 0xA11CE;
    /// What a transaction may use (EIP-7825), and what a pool takes.
    uint256 private constant GAS = 16_777_216;
    uint256 private constant BYTES = 131_072;
    uint256 private constant PART = 4_000;

    function next(bytes32 chain, bytes32 id) private pure returns (bytes32) {
        return keccak256(abi.encode(chain, id)) >> 112;
    }

    /// Puts a history of `count` ids into the payer's word, as if they had been minted.
    function age(address payer, uint256 count) private returns (bytes32[] memory ids) {
        ids = new bytes32[](count);
        bytes32 chain;
        for (uint256 i; i < count; ++i) {
            ids[i] = keccak256(abi.encode("id", i));
            chain = next(chain, ids[i]);
        }
        VmStorage vms = VmStorage(address(vm));
        vms.record();
        launch.chainOf(payer);
        (bytes32[] memory reads,) = vms.accesses(address(launch));
        vms.store(address(launch), reads[reads.length - 1], bytes32(uint256(chain) << 112));
        vm.assertEq(launch.chainOf(payer), chain, "the history is there");
    }

    function part(bytes32[] memory ids, uint256 from, uint256 to) private pure returns (bytes32[] memory some) {
        some = new bytes32[](to - from);
        for (uint256 i = from; i < to; ++i) some[i - from] = ids[i];
    }

    /// Anyone folds all but the last part, each part in a transaction that pools and blocks take.
    function foldAll(bytes32 id, bytes32[] memory ids) private returns (bytes32 prefix, bytes32[] memory rest) {
        uint256 at;
        for (; at + PART < ids.length; at += PART) {
            bytes32[] memory some = part(ids, at, at + PART);
            assertFits(abi.encodeCall(ILaunch.fold, (id, prefix, some)));
            bytes32 chain = prefix;
            for (uint256 i; i < some.length; ++i) chain = next(chain, some[i]);
            vm.prank(STRANGER);
            vm.assertEq(launch.fold(id, prefix, some), chain, "what the part hashes to");
            vm.assertTrue(launch.folded(id, chain), "recorded");
            prefix = chain;
        }
        rest = part(ids, at, ids.length);
    }

    function assertFits(bytes memory data) private {
        uint256 floor = 21_000;
        uint256 calldata_ = 21_000;
        for (uint256 i; i < data.length; ++i) {
            floor += data[i] == 0 ? 10 : 40; // EIP-7623
            calldata_ += data[i] == 0 ? 4 : 16;
        }
        uint256 snapshot = vm.snapshotState();
        vm.prank(MINTER);
        address to = address(launch);
        bool passed;
        uint256 used;
        // By hand: this test's memory is large, and growing it would be counted.
        assembly ("memory-safe") {
            used := gas()
            passed := call(gas(), to, 0, add(data, 0x20), mload(data), 0, 0)
            used := sub(used, gas())
        }
        used += calldata_;
        vm.assertTrue(passed, "passes");
        vm.revertToState(snapshot);
        vm.assertLe(floor > used ? floor : used, GAS, "gas of a transaction");
        vm.assertLe(data.length + 300, BYTES, "bytes of a transaction");
    }

    /// `npm run test:full` does it with 100,000.
    function test_an_account_with_a_long_history_is_minted_a_settled_payment() public {
        Payment memory p = pay(KEY, 1, "late");
        submit(p);
        bytes32[] memory ids = age(p.payer, vm.envOr("HISTORY", uint256(9_000)));
        bytes32 id = launch.paymentId(p.payer, p.nonce);
        (bytes32 prefix, bytes32[] memory rest) = foldAll(id, ids);
        assertFits(abi.encodeCall(ILaunch.mintSettled, (p.payer, p.nonce, 1, prefix, rest, anywhere())));
        bytes32 chain = launch.chainOf(p.payer);
        vm.prank(MINTER);
        launch.mintSettled(p.payer, p.nonce, 1, prefix, rest, anywhere());
        vm.assertEq(launch.balanceOf(p.payer), ALLOTMENT, "tokens");
        vm.assertEq(launch.chainOf(p.payer), next(chain, id), "chain");
        // The id is in the history now, whatever was folded before.
        bytes32[] memory longer = new bytes32[](rest.length + 1);
        for (uint256 i; i < rest.length; ++i) longer[i] = rest[i];
        longer[rest.length] = id;
        vm.prank(MINTER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.mintSettled(p.payer, p.nonce, 1, prefix, longer, anywhere());
        vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.fold(id, prefix, longer);
    }

    function test_an_account_with_a_long_history_is_refunded_by_both_doors() public {
        Payment memory p = pay(KEY, 1, "late");
        submit(p);
        usdc.mint(address(launch), PRICE);
        bytes32[] memory ids = age(p.payer, PART + 10);
        (bytes32 prefix, bytes32[] memory rest) = foldAll(launch.transferId(p.payer, "t"), ids);
        vm.prank(OWNER);
        launch.refundTransfer(p.payer, "t", PRICE, prefix, rest, anywhere());
        bytes32[] memory longer = new bytes32[](ids.length + 1);
        for (uint256 i; i < ids.length; ++i) longer[i] = ids[i];
        longer[ids.length] = launch.transferId(p.payer, "t");
        (prefix, rest) = foldAll(launch.paymentId(p.payer, p.nonce), longer);
        vm.prank(OWNER);
        launch.refund(p.payer, p.nonce, PRICE, prefix, rest, anywhere());
        vm.assertEq(usdc.balanceOf(p.payer), 2 * PRICE, "money");
    }

    function test_a_part_that_has_the_id_is_never_folded() public {
        bytes32[] memory ids = age(vm.addr(KEY), 5);
        for (uint256 i; i < 5; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, ids[i]));
            launch.fold(ids[i], 0, ids);
            launch.fold(ids[i], 0, part(ids, 0, i));
            vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, ids[i]));
            launch.fold(ids[i], chainTo(ids, i), part(ids, i, 5));
        }
    }

    function chainTo(bytes32[] memory ids, uint256 to) private pure returns (bytes32 chain) {
        for (uint256 i; i < to; ++i) chain = next(chain, ids[i]);
    }

    function test_a_spent_payment_cannot_begin_behind_itself() public {
        Payment memory p = pay(KEY, 1, "n");
        bytes32 id = mintOne(p);
        mintOne(pay(KEY, 1, "m"));
        usdc.mint(address(launch), PRICE);
        bytes32[] memory truth = history[p.payer];
        bytes32 past = chainTo(truth, 1);
        bytes32[] memory rest = part(truth, 1, 2);
        // Another id's fold is not its own.
        launch.fold("another", 0, part(truth, 0, 1));
        bytes memory unknown = abi.encodeWithSelector(ILaunch.NotFolded.selector, id, past);
        vm.prank(MINTER);
        vm.expectRevert(unknown);
        launch.mintSettled(p.payer, p.nonce, 1, past, rest, anywhere());
        vm.prank(OWNER);
        vm.expectRevert(unknown);
        launch.refund(p.payer, p.nonce, PRICE, past, rest, anywhere());
        vm.expectRevert(unknown);
        launch.fold(id, past, rest);
        bytes32 whole = launch.chainOf(p.payer);
        vm.prank(MINTER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.NotFolded.selector, id, whole));
        launch.mintSettled(p.payer, p.nonce, 1, whole, new bytes32[](0), anywhere());
        // A list of one's own that hashes to nothing of the payer's is folded, and helps nobody.
        bytes32 made = launch.fold(id, 0, part(truth, 1, 2));
        vm.prank(MINTER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.WrongHistory.selector, whole));
        launch.mintSettled(p.payer, p.nonce, 1, made, new bytes32[](0), anywhere());
        vm.prank(MINTER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.WrongHistory.selector, whole));
        launch.mintSettled(p.payer, p.nonce, 1, 0, new bytes32[](0), anywhere());
    }

    function test_what_was_folded_before_the_id_was_spent_does_not_hide_it() public {
        mintOne(pay(KEY, 1, "a"));
        Payment memory p = pay(KEY, 1, "n");
        bytes32 id = launch.paymentId(p.payer, p.nonce);
        bytes32 prefix = launch.fold(id, 0, history[p.payer]);
        mintOne(p);
        usdc.mint(address(launch), PRICE);
        bytes32[] memory rest = part(history[p.payer], 1, 2);
        vm.prank(MINTER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.mintSettled(p.payer, p.nonce, 1, prefix, rest, anywhere());
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.refund(p.payer, p.nonce, PRICE, prefix, rest, anywhere());
    }

    /// However a history is cut, what it proves is what the whole of it proves.
    function testFuzz_a_history_in_parts_proves_what_the_whole_proves(uint256 seed, uint8 length, bool spent) public {
        Payment memory p = pay(KEY, 1, "n");
        submit(p);
        bytes32[] memory ids = age(p.payer, bound(length, 1, 40));
        bytes32 id = launch.paymentId(p.payer, p.nonce);
        uint256 at;
        bytes32 prefix;
        uint256 place = seed % ids.length;
        if (spent) {
            ids[place] = id;
            bytes32 slot = slotOf(p.payer);
            VmStorage(address(vm)).store(address(launch), slot, bytes32(uint256(chainTo(ids, ids.length)) << 112));
        }
        while (at < ids.length) {
            uint256 to = at + 1 + uint256(keccak256(abi.encode(seed, at))) % (ids.length - at);
            if (to == ids.length) break;
            if (spent && place >= at && place < to) vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
            bytes32 chain = launch.fold(id, prefix, part(ids, at, to));
            if (spent && place >= at && place < to) return;
            (prefix, at) = (chain, to);
        }
        bytes32[] memory rest = part(ids, at, ids.length);
        vm.prank(MINTER);
        if (spent) vm.expectRevert(abi.encodeWithSelector(ILaunch.AlreadySpent.selector, id));
        launch.mintSettled(p.payer, p.nonce, 1, prefix, rest, anywhere());
        vm.assertEq(launch.balanceOf(p.payer), spent ? 0 : ALLOTMENT, "tokens");
    }

    function slotOf(address payer) private returns (bytes32) {
        VmStorage vms = VmStorage(address(vm));
        vms.record();
        launch.chainOf(payer);
        (bytes32[] memory reads,) = vms.accesses(address(launch));
        return reads[reads.length - 1];
    }
}

contract SpentIdsOnTestUSDC is SpentIdsTest, OnTestUSDC {}

contract SpentIdsOnFiatToken is SpentIdsTest, OnFiatToken {}
