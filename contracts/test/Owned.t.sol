// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Owned} from "../src/Owned.sol";
import {ILaunch, Payment} from "../src/ILaunch.sol";
import {OnTestUSDC} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// The cold key: what it may do, who else may not, and how it goes.
contract OwnedTest is OnTestUSDC {
    address private constant NEXT = address(0x4E87);

    function expectUnauthorized(address caller) internal {
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, caller));
    }

    function test_nobody_else_turns_the_owners_keys() public {
        address[3] memory callers = [MINTER, STRANGER, TREASURY];
        for (uint256 i; i < 3; ++i) {
            expectUnauthorized(callers[i]);
            launch.pause();
            expectUnauthorized(callers[i]);
            launch.unpause();
            expectUnauthorized(callers[i]);
            launch.setMinter(callers[i]);
            expectUnauthorized(callers[i]);
            launch.transferOwnership(callers[i]);
            expectUnauthorized(callers[i]);
            launch.acceptOwnership();
            expectUnauthorized(callers[i]);
            launch.renounceOwnership();
            expectUnauthorized(callers[i]);
            launch.rescue(address(usdc), callers[i], 0);
        }
    }

    function test_the_last_owner_stays_the_refunder_and_nothing_else() public {
        Payment memory p = pay(1, 1, "n");
        submit(p);
        usdc.mint(address(launch), PRICE);
        vm.prank(OWNER);
        launch.transferOwnership(NEXT);
        vm.assertEq(launch.refunder(), OWNER, "an offer moves nothing");
        vm.prank(NEXT);
        launch.acceptOwnership();
        vm.assertEq(launch.refunder(), NEXT, "refunder");
        expectUnauthorized(OWNER);
        launch.refund(p.payer, p.nonce, PRICE, 0, new bytes32[](0), anywhere());
        expectUnauthorized(OWNER);
        launch.refundTransfer(STRANGER, "id", PRICE, 0, new bytes32[](0), anywhere());
        vm.prank(NEXT);
        launch.renounceOwnership();
        vm.assertEq(launch.owner(), address(0), "owner");
        vm.assertEq(launch.refunder(), NEXT, "refunder after");
        vm.assertEq(launch.state().refunder, NEXT, "refunder of the state");
        expectUnauthorized(NEXT);
        launch.pause();
        expectUnauthorized(NEXT);
        launch.setMinter(NEXT);
        expectUnauthorized(address(0));
        launch.refundTransfer(STRANGER, "id", PRICE, 0, new bytes32[](0), anywhere());
        vm.startPrank(NEXT);
        launch.refund(p.payer, p.nonce, PRICE, 0, new bytes32[](0), anywhere());
        launch.refundTransfer(STRANGER, "id", PRICE, 0, new bytes32[](0), anywhere());
        vm.stopPrank();
        vm.assertEq(usdc.balanceOf(p.payer), PRICE, "an authorization's money");
        vm.assertEq(usdc.balanceOf(STRANGER), PRICE, "a transfer's money");
    }

    function test_ownership_moves_only_when_the_next_owner_accepts() public {
        vm.expectEmit(true, true, true, true, address(launch));
        emit Owned.OwnershipTransferStarted(OWNER, NEXT);
        vm.prank(OWNER);
        launch.transferOwnership(NEXT);
        vm.assertEq(launch.owner(), OWNER, "owner before");
        vm.assertEq(launch.pendingOwner(), NEXT, "pending owner");
        expectUnauthorized(NEXT);
        launch.pause();
        expectUnauthorized(OWNER);
        launch.acceptOwnership();
        vm.expectEmit(true, true, true, true, address(launch));
        emit Owned.OwnershipTransferred(OWNER, NEXT);
        vm.prank(NEXT);
        launch.acceptOwnership();
        vm.assertEq(launch.owner(), NEXT, "owner after");
        vm.assertEq(launch.pendingOwner(), address(0), "pending owner after");
        expectUnauthorized(OWNER);
        launch.pause();
    }

    function test_an_offer_is_withdrawn_by_offering_to_nobody() public {
        vm.startPrank(OWNER);
        launch.transferOwnership(NEXT);
        launch.transferOwnership(address(0));
        vm.stopPrank();
        expectUnauthorized(NEXT);
        launch.acceptOwnership();
        expectUnauthorized(address(0));
        launch.renounceOwnership();
    }

    function test_renouncing_ends_the_key_the_offer_and_the_pause_for_good() public {
        vm.startPrank(OWNER);
        launch.pause();
        launch.transferOwnership(NEXT);
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Unpaused();
        launch.renounceOwnership();
        vm.stopPrank();
        vm.assertEq(launch.owner(), address(0), "owner");
        vm.assertTrue(!launch.paused(), "unpaused");
        expectUnauthorized(NEXT);
        launch.acceptOwnership();
        expectUnauthorized(OWNER);
        launch.pause();
        launch.mint(pay(1, 1, "n"));
    }

    function test_renouncing_logs_the_end_of_the_pause_then_that_of_the_key() public {
        vm.prank(OWNER);
        launch.pause();
        vm.recordLogs();
        vm.prank(OWNER);
        launch.renounceOwnership();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2, "logs");
        vm.assertEq(logs[0].topics[0], ILaunch.Unpaused.selector, "first");
        vm.assertEq(logs[1].topics[0], Owned.OwnershipTransferred.selector, "second");
        vm.assertEq(logs[1].topics[1], bytes32(uint256(uint160(OWNER))), "from the owner");
        vm.assertEq(logs[1].topics[2], bytes32(0), "to nobody");
    }

    function test_renouncing_an_open_sale_logs_no_end_of_a_pause() public {
        vm.recordLogs();
        vm.prank(OWNER);
        launch.renounceOwnership();
        vm.assertEq(vm.getRecordedLogs().length, 1, "logs");
    }

    function test_pausing_and_unpausing_are_logged() public {
        vm.startPrank(OWNER);
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Paused();
        launch.pause();
        vm.assertTrue(launch.paused() && launch.state().paused, "paused");
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Unpaused();
        launch.unpause();
        vm.assertTrue(!launch.paused(), "unpaused");
        vm.stopPrank();
    }

    function test_a_paused_launch_still_moves_tokens() public {
        launch.mint(pay(1, 1, "n"));
        vm.prank(OWNER);
        launch.pause();
        vm.prank(vm.addr(1));
        launch.transfer(STRANGER, ALLOTMENT);
        vm.assertEq(launch.balanceOf(STRANGER), ALLOTMENT, "tokens");
    }

    function test_the_owner_rotates_the_minter_and_the_old_one_is_powerless() public {
        Payment memory p = pay(1, 1, "n");
        submit(p);
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.MinterChanged(MINTER, NEXT);
        vm.prank(OWNER);
        launch.setMinter(NEXT);
        vm.assertEq(launch.minter(), NEXT, "minter");
        expectUnauthorized(MINTER);
        launch.mintSettled(p.payer, p.nonce, 1, 0, new bytes32[](0), anywhere());
        vm.prank(NEXT);
        launch.mintSettled(p.payer, p.nonce, 1, 0, new bytes32[](0), anywhere());
        vm.prank(OWNER);
        launch.setMinter(address(0));
        expectUnauthorized(NEXT);
        launch.mintSettled(p.payer, p.nonce, 1, 0, new bytes32[](0), anywhere());
    }

    function test_no_key_moves_the_treasury_or_the_terms() public {
        bytes32 before = keccak256(abi.encode(launch.terms()));
        vm.startPrank(OWNER);
        launch.setMinter(NEXT);
        launch.transferOwnership(NEXT);
        vm.stopPrank();
        vm.prank(NEXT);
        launch.acceptOwnership();
        vm.assertEq(keccak256(abi.encode(launch.terms())), before, "terms");
        launch.mint(pay(1, 1, "n"));
        launch.withdraw();
        vm.assertEq(usdc.balanceOf(TREASURY), PRICE, "treasury");
    }
}
