// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILaunch} from "../src/ILaunch.sol";
import {IUSDC} from "./support/Assets.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Loose} from "./support/HostileAssets.sol";

/// The way out of the proceeds, and of what was never asked for.
abstract contract TreasuryTest is Fixture {
    address private constant NEXT = address(0x4E87);

    function expectRefused(address caller, address successor, bytes memory reason) private {
        vm.prank(caller);
        vm.expectRevert(reason);
        launch.setTreasury(successor);
    }

    function unauthorized(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILaunch.Unauthorized.selector, caller);
    }

    function test_a_blacklisted_treasury_names_its_successor_and_the_proceeds_get_out() public {
        launch.mint(pay(1, 3, "n"));
        bytes32 before = keccak256(abi.encode(launch.terms()));
        usdc.blacklist(TREASURY);
        vm.assertTrue(launch.state().treasuryBlacklisted, "seen");
        vm.expectRevert();
        launch.withdraw();
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.TreasuryChanged(TREASURY, NEXT);
        vm.prank(TREASURY);
        launch.setTreasury(NEXT);
        vm.assertEq(launch.treasury(), NEXT, "treasury");
        vm.assertEq(launch.state().treasury, NEXT, "treasury of the state");
        vm.assertTrue(!launch.state().treasuryBlacklisted, "no more");
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Withdrawn(NEXT, 3 * PRICE);
        launch.withdraw();
        vm.assertEq(usdc.balanceOf(NEXT), 3 * PRICE, "proceeds");
        vm.assertEq(keccak256(abi.encode(launch.terms())), before, "the terms tell the first one");
        // The first one has no say any more.
        expectRefused(TREASURY, TREASURY, unauthorized(TREASURY));
    }

    function test_nobody_else_names_a_successor_and_no_treasury_without_need() public {
        address[4] memory callers = [OWNER, MINTER, STRANGER, NEXT];
        for (uint256 i; i < 4; ++i) expectRefused(callers[i], NEXT, unauthorized(callers[i]));
        expectRefused(TREASURY, NEXT, abi.encodeWithSelector(ILaunch.NotBlacklisted.selector, TREASURY));
        usdc.blacklist(TREASURY);
        for (uint256 i; i < 4; ++i) expectRefused(callers[i], NEXT, unauthorized(callers[i]));
        usdc.unBlacklist(TREASURY);
        expectRefused(TREASURY, NEXT, abi.encodeWithSelector(ILaunch.NotBlacklisted.selector, TREASURY));
    }

    function test_a_successor_is_as_sound_as_a_first_treasury() public {
        usdc.blacklist(TREASURY);
        usdc.blacklist(NEXT);
        address[5] memory unsound = [address(0), address(usdc), address(launch), NEXT, TREASURY];
        for (uint256 i; i < 5; ++i) {
            expectRefused(TREASURY, unsound[i], abi.encodeWithSelector(ILaunch.InvalidTerm.selector, "treasury"));
        }
    }

    function test_a_successor_that_is_blacklisted_in_turn_names_the_next() public {
        launch.mint(pay(1, 1, "n"));
        usdc.blacklist(TREASURY);
        vm.prank(TREASURY);
        launch.setTreasury(NEXT);
        usdc.blacklist(NEXT);
        vm.prank(NEXT);
        launch.setTreasury(STRANGER);
        launch.withdraw();
        vm.assertEq(usdc.balanceOf(STRANGER), PRICE, "proceeds");
    }

    function test_other_tokens_are_sent_on_by_the_refunder_alone() public {
        IUSDC other = deployTestUSDC();
        other.mint(address(launch), 5e6);
        address[4] memory callers = [MINTER, TREASURY, STRANGER, address(0)];
        for (uint256 i; i < 4; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(unauthorized(callers[i]));
            launch.rescue(address(other), STRANGER, 5e6);
        }
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Rescued(address(other), STRANGER, 2e6);
        vm.prank(OWNER);
        launch.rescue(address(other), STRANGER, 2e6);
        vm.prank(OWNER);
        launch.renounceOwnership();
        vm.prank(OWNER);
        launch.rescue(address(other), STRANGER, 3e6);
        vm.assertEq(other.balanceOf(STRANGER), 5e6, "all of it");
    }

    function test_no_rescue_moves_the_asset_or_the_launchs_own_token() public {
        launch.mint(pay(1, 1, "n"));
        address[2] memory tokens = [address(usdc), address(launch)];
        for (uint256 i; i < 4; ++i) {
            address token = tokens[i / 2];
            vm.prank(OWNER);
            vm.expectRevert(abi.encodeWithSelector(ILaunch.Protected.selector, token));
            launch.rescue(token, OWNER, i % 2); // nothing of it, too: the check is of the token, not of what moved
        }
    }

    function test_a_token_that_refuses_is_an_error() public {
        IUSDC other = deployTestUSDC();
        vm.prank(OWNER);
        vm.expectRevert();
        launch.rescue(address(other), STRANGER, 1);
        vm.prank(OWNER);
        vm.expectRevert();
        launch.rescue(STRANGER, STRANGER, 1);
    }

    function test_a_transfer_from_nobody_is_refused() public {
        vm.recordLogs();
        address[2] memory receivers = [OWNER, address(0)];
        for (uint256 i; i < 2; ++i) {
            vm.prank(STRANGER);
            vm.expectRevert(abi.encodeWithSignature("ERC20InvalidSender(address)", address(0)));
            launch.transferFrom(address(0), receivers[i], 0);
        }
        vm.assertEq(vm.getRecordedLogs().length, 0, "logs");
    }
}

contract TreasuryOnTestUSDC is TreasuryTest, OnTestUSDC {}

contract TreasuryOnFiatToken is TreasuryTest, OnFiatToken {}

/// The asset's second address: what is moved through one is gone from the other.
contract Alias {
    Loose private immutable asset;

    constructor(Loose asset_) {
        asset = asset_;
    }

    function transfer(address, uint256 amount) external returns (bool) {
        asset.seize(msg.sender, amount);
        return true;
    }
}

contract RescueTest is Fixture {
    function deployAsset() internal override returns (IUSDC) {
        return IUSDC(address(new Loose()));
    }

    function test_an_asset_with_two_addresses_is_moved_by_neither() public {
        Loose(address(usdc)).mint(address(launch), 5);
        address second = address(new Alias(Loose(address(usdc))));
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Protected.selector, second));
        launch.rescue(second, OWNER, 1);
        vm.assertEq(usdc.balanceOf(address(launch)), 5, "held");
    }
}
