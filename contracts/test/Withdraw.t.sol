// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAsset} from "../src/IAsset.sol";
import {ILaunch, Payment} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// `withdraw`: the proceeds go to the treasury, all of them, and nothing else does.
abstract contract Withdraw is Fixture {
    function test_anyone_sends_the_proceeds_to_the_treasury() public {
        launch.mint(pay(1, 4, "n"));
        vm.expectEmit(true, true, true, true, address(launch));
        emit ILaunch.Withdrawn(TREASURY, 4 * PRICE);
        vm.prank(STRANGER);
        vm.assertEq(launch.withdraw(), 4 * PRICE, "returned");
        vm.assertEq(usdc.balanceOf(TREASURY), 4 * PRICE, "treasury");
        vm.assertEq(launch.withdrawn(), 4 * PRICE, "withdrawn");
        assertConserved();
    }

    function test_a_withdrawal_logs_the_amount_then_the_money_and_nothing_if_there_is_none() public {
        launch.mint(pay(1, 4, "n"));
        vm.recordLogs();
        launch.withdraw();
        launch.withdraw();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2, "logs");
        vm.assertEq(logs[0].topics[0], ILaunch.Withdrawn.selector, "first");
        vm.assertEq(logs[1].topics[0], keccak256("Transfer(address,address,uint256)"), "second");
        vm.assertEq(logs[1].emitter, address(usdc), "money");
    }

    function test_an_asset_that_says_no_is_believed() public {
        launch.mint(pay(1, 4, "n"));
        vm.mockCall(address(usdc), abi.encodeCall(IAsset.transfer, (TREASURY, 4 * PRICE)), abi.encode(false));
        vm.expectRevert(abi.encodeWithSelector(ILaunch.PaymentRefused.selector, ""));
        launch.withdraw();
    }

    function test_withdrawing_twice_pays_once() public {
        launch.mint(pay(1, 1, "n"));
        launch.withdraw();
        usdc.mint(address(launch), 10 * PRICE);
        vm.assertEq(launch.withdraw(), 0, "second");
        vm.assertEq(usdc.balanceOf(TREASURY), PRICE, "treasury");
        launch.mint(pay(1, 2, "m"));
        vm.assertEq(launch.withdraw(), 2 * PRICE, "third");
    }

    function test_unaccounted_money_stays() public {
        Payment memory p = pay(1, 1, "n");
        submit(p);
        usdc.mint(address(launch), 7);
        vm.assertEq(launch.withdraw(), 0, "nothing sold");
        launch.mint(pay(2, 1, "m"));
        launch.withdraw();
        vm.assertEq(usdc.balanceOf(address(launch)), PRICE + 7, "held");
        vm.assertEq(launch.state().unaccounted, PRICE + 7, "unaccounted");
        vm.prank(MINTER);
        launch.mintSettled(p.payer, p.nonce, 1, 0, new bytes32[](0), anywhere());
        vm.assertEq(launch.withdraw(), PRICE, "once it is minted");
    }

    function test_a_withdrawal_works_while_the_sale_is_paused_and_without_an_owner() public {
        launch.mint(pay(1, 1, "n"));
        vm.startPrank(OWNER);
        launch.pause();
        vm.stopPrank();
        launch.withdraw();
        vm.prank(OWNER);
        launch.renounceOwnership();
        launch.mint(pay(1, 1, "m"));
        launch.withdraw();
        vm.assertEq(usdc.balanceOf(TREASURY), 2 * PRICE, "treasury");
    }

    function test_a_refused_withdrawal_marks_nothing() public {
        launch.mint(pay(1, 1, "n"));
        usdc.blacklist(TREASURY);
        vm.expectRevert();
        launch.withdraw();
        vm.assertEq(launch.withdrawn(), 0, "withdrawn");
        usdc.unBlacklist(TREASURY);
        vm.assertEq(launch.withdraw(), PRICE, "afterwards");
    }

    function testFuzz_proceeds_are_withdrawn_in_any_steps(uint8[6] memory quantities, uint8 pattern) public {
        uint256 sold;
        for (uint256 i; i < 6; ++i) {
            uint256 quantity = 1 + quantities[i] % LIMIT;
            launch.mint(pay(1, quantity, bytes32(i)));
            sold += quantity;
            if ((pattern >> i) & 1 == 1) launch.withdraw();
        }
        launch.withdraw();
        vm.assertEq(usdc.balanceOf(TREASURY), sold * PRICE, "treasury");
        vm.assertEq(launch.withdrawn(), sold * PRICE, "withdrawn");
    }
}

contract WithdrawOnTestUSDC is Withdraw, OnTestUSDC {}

contract WithdrawOnFiatToken is Withdraw, OnFiatToken {}
