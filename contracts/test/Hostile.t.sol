// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Launch} from "../src/Launch.sol";
import {ILaunch, Payment} from "../src/ILaunch.sol";
import {IUSDC} from "./support/Assets.sol";
import {Fixture} from "./support/Fixture.sol";
import {Loose, Reentrant, Robbing, Shrugging, Taxing, Watching} from "./support/HostileAssets.sol";

/// Assets less careful than USDC: the launch keeps conservation and the lock by itself.
contract HostileTest is Fixture {
    function deployAsset() internal override returns (IUSDC) {
        return IUSDC(address(new Loose()));
    }

    function launchOn(address asset) internal {
        usdc = IUSDC(asset);
        launch = deploy(terms());
    }

    function payment(address payer, bytes32 nonce) internal returns (Payment memory) {
        Loose(address(usdc)).mint(payer, PRICE);
        return Payment(payer, 1, 0, NOW + 60, nonce, hex"00");
    }

    function test_an_asset_that_pays_in_silence_and_does_not_pay_mints_nothing() public {
        launchOn(address(new Shrugging()));
        Payment memory p = payment(STRANGER, "n");
        // Money that belongs to somebody else.
        Loose(address(usdc)).mint(address(launch), 10 * PRICE);
        launch.mint(p);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unpaid.selector, PRICE, 0));
        launch.mint(p);
        Payment[] memory twice = new Payment[](2);
        twice[0] = payment(OWNER, "m");
        twice[1] = twice[0];
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unpaid.selector, 2 * PRICE, PRICE));
        launch.mintBatch(twice, 2, 0);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.NotAttempted.selector, 2, 3));
        launch.mintBatch(twice, 3, 0);
        vm.assertEq(launch.sold(), 1, "sold");
    }

    function test_an_asset_that_takes_instead_of_paying_mints_nothing() public {
        launchOn(address(new Robbing()));
        Loose(address(usdc)).mint(address(launch), 10 * PRICE);
        Payment memory p = payment(STRANGER, "n");
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unpaid.selector, PRICE, 0));
        launch.mint(p);
    }

    function test_an_asset_that_taxes_payments_mints_nothing() public {
        launchOn(address(new Taxing()));
        Loose(address(usdc)).mint(address(launch), 10 * PRICE);
        Payment memory p = payment(STRANGER, "n");
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unpaid.selector, PRICE, PRICE - 1));
        launch.mint(p);
        vm.assertEq(usdc.balanceOf(STRANGER), PRICE, "money");
    }

    function test_after_a_seizure_nothing_is_minted_refunded_or_withdrawn() public {
        launch.mint(payment(STRANGER, "n"));
        launch.mint(payment(STRANGER, "m"));
        Loose(address(usdc)).seize(address(launch), PRICE / 2);
        Payment memory p = payment(STRANGER, "o");
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Insolvent.selector, 3 * PRICE, 3 * PRICE - PRICE / 2));
        launch.mint(p);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Insolvent.selector, 3 * PRICE, 3 * PRICE - PRICE / 2));
        launch.mintBatch(only(p), 1, 0);
        bytes32 chain = launch.chainOf(OWNER);
        vm.assertEq(chain, bytes32(0), "chain");
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Insolvent.selector, 2 * PRICE, 2 * PRICE - PRICE / 2 - 1));
        launch.refundTransfer(OWNER, "id", 1, 0, new bytes32[](0), anywhere());
        vm.expectRevert();
        launch.withdraw();
        vm.assertEq(launch.state().unaccounted, 0, "unaccounted");
        Loose(address(usdc)).mint(address(launch), PRICE / 2);
        launch.mint(p);
    }

    /// Whoever reads the launch from inside the asset sees no tokens for money that nobody has confirmed.
    function test_a_settlement_is_confirmed_before_its_tokens_are_there() public {
        Watching asset = new Watching();
        launchOn(address(asset));
        asset.watch(launch);
        Payment memory p = payment(STRANGER, "n");
        asset.transferWithAuthorization(p.payer, address(launch), PRICE, 0, p.validBefore, p.nonce, p.signature);
        vm.prank(MINTER);
        launch.mintSettled(p.payer, p.nonce, 1, 0, new bytes32[](0), anywhere());
        vm.assertEq(launch.balanceOf(STRANGER), ALLOTMENT, "tokens");
    }

    /// Every entry that mints or moves money, from inside the asset, during every one of them.
    function test_the_asset_cannot_come_back_in() public {
        Reentrant asset = new Reentrant();
        launchOn(address(asset));
        Payment memory inner = payment(OWNER, "inner");
        launch.mint(payment(STRANGER, "sold"));
        asset.mint(address(launch), 10 * PRICE);
        bytes[7] memory entries = [
            abi.encodeCall(ILaunch.mint, (inner)),
            abi.encodeCall(ILaunch.mintBatch, (only(inner), 1, 0)),
            abi.encodeCall(ILaunch.withdraw, ()),
            abi.encodeCall(ILaunch.mintSettled, (STRANGER, "sold", 1, 0, new bytes32[](0), anywhere())),
            abi.encodeCall(ILaunch.refund, (STRANGER, "sold", 1, 0, new bytes32[](0), anywhere())),
            abi.encodeCall(ILaunch.refundTransfer, (STRANGER, "id", 1, 0, new bytes32[](0), anywhere())),
            abi.encodeCall(ILaunch.rescue, (address(new Loose()), STRANGER, 0))
        ];
        vm.prank(OWNER);
        launch.setMinter(address(asset));
        vm.startPrank(OWNER);
        launch.transferOwnership(address(asset));
        vm.stopPrank();
        vm.prank(address(asset));
        launch.acceptOwnership();
        for (uint256 i; i < 7; ++i) {
            asset.aim(launch, entries[i]);
            launch.mint(payment(STRANGER, bytes32(i)));
            assertLocked(asset);
            launch.mintBatch(only(payment(STRANGER, bytes32(100 + i))), 1, 0);
            assertLocked(asset);
            launch.withdraw();
            assertLocked(asset);
            vm.prank(address(asset));
            launch.refundTransfer(address(uint160(1000 + i)), "id", 1, 0, new bytes32[](0), anywhere());
            assertLocked(asset);
        }
        vm.assertEq(launch.sold(), 15, "sold");
        vm.assertEq(launch.balanceOf(OWNER), 0, "tokens of the inner payment");
        assertConserved();
    }

    function assertLocked(Reentrant asset) private view {
        vm.assertTrue(!asset.passed(), "came back in");
        vm.assertEq(
            asset.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector), "lock"
        );
    }
}
