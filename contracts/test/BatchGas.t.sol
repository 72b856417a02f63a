// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILaunch, Payment} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Bomb, Burner, Credulous, Spendthrift} from "./support/Wallets.sol";

/// Whatever gas a stranger gives a batch: it does not revert for lack of it once an item was attempted, an attempted item
/// gets all the gas it is due, and what was not attempted is a tail.
abstract contract BatchGas is Fixture {
    uint256 private constant KEY = 0xA11CE;
    /// Below this a batch has not got to its first item.
    uint256 private constant START = 40_000;

    function cool(Payment[] memory payments) private {
        vm.cool(address(launch));
        vm.cool(address(usdc));
        // Circle's proxy keeps its implementation here.
        vm.cool(address(uint160(uint256(vm.load(address(usdc), keccak256("org.zeppelinos.proxy.implementation"))))));
        for (uint256 i; i < payments.length; ++i) vm.cool(payments[i].payer);
    }

    /// Thousands of calls in one test would otherwise pay for thousands of answers in memory.
    function freeMemory() private pure returns (uint256 free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    function release(uint256 free) private pure {
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }

    /// `served[i]`: the asset accepts item i within the cap.
    function sweep(Payment[] memory payments, bool[] memory served, uint256 most) private {
        uint256 codeless;
        for (uint256 i; i < payments.length; ++i) if (payments[i].payer.code.length == 0) codeless |= 1 << i;
        bytes memory data = abi.encodeCall(ILaunch.mintBatch, (payments, 0, codeless));
        uint256 reached;
        uint256 step = vm.envOr("SWEEP_STEP", uint256(997));
        uint256 free = freeMemory();
        for (uint256 gas_ = START; gas_ <= most; gas_ += step) {
            uint256 snapshot = vm.snapshotState();
            cool(payments);
            (bool passed, bytes memory answer) = address(launch).call{gas: gas_}(data);
            if (!passed) vm.assertTrue(false, string.concat("a batch reverted with gas ", vm.toString(gas_)));
            bytes4[] memory results = abi.decode(answer, (bytes4[]));
            bool stopped;
            for (uint256 i; i < results.length; ++i) {
                if (results[i] == 0xffffffff) {
                    stopped = true;
                } else {
                    vm.assertTrue(!stopped, "only a tail is not attempted");
                    if ((results[i] == 0) != served[i]) {
                        vm.assertTrue(false, string.concat("starved with gas ", vm.toString(gas_)));
                    }
                    if (i + 1 > reached) reached = i + 1;
                }
            }
            vm.revertToState(snapshot);
            release(free);
        }
        vm.assertEq(reached, payments.length, "the sweep reached every item");
    }

    function paymentOf(address wallet, uint256 i) private returns (Payment memory p) {
        p = paymentFrom(KEY, fund(wallet, 1), 1, bytes32(i));
        p.signature = new bytes(8192);
    }

    /// The dearest end there is: the launch's first mint, by a payer who takes all the gas that an item may have.
    function test_an_item_that_takes_all_it_may_and_is_minted() public {
        Payment[] memory payments = new Payment[](2);
        bool[] memory served = new bool[](2);
        for (uint256 i; i < 2; ++i) {
            payments[i] = paymentOf(address(new Spendthrift(65_000)), i);
            served[i] = true;
        }
        sweep(payments, served, 900_000);
    }

    function test_burners_and_bombs_between_honest_payers() public {
        Payment[] memory payments = new Payment[](6);
        bool[] memory served = new bool[](6);
        payments[0] = paymentOf(address(new Burner()), 0);
        payments[1] = pay(KEY + 1, 1, "1");
        payments[2] = paymentOf(address(new Bomb(true, 20_000)), 2);
        payments[3] = paymentOf(address(new Credulous()), 3);
        payments[4] = paymentOf(address(new Bomb(false, 1_000_000)), 4);
        payments[5] = pay(KEY + 5, 1, "5");
        served[1] = served[3] = served[5] = true;
        sweep(payments, served, 1_300_000);
    }

    function test_a_long_batch_of_which_little_is_reached() public {
        Payment[] memory payments = new Payment[](300);
        bool[] memory served = new bool[](300);
        payments[0] = paymentOf(address(new Burner()), 0);
        for (uint256 i = 1; i < 300; ++i) payments[i] = i < 4 ? pay(KEY + i, 1, bytes32(i)) : payments[3];
        served[1] = served[2] = served[3] = true;
        bytes memory data = abi.encodeCall(ILaunch.mintBatch, (payments, 0, 0));
        uint256 free = freeMemory();
        for (uint256 gas_ = START; gas_ <= 800_000; gas_ += 5_000) {
            uint256 snapshot = vm.snapshotState();
            cool(only(payments[0]));
            (bool passed, bytes memory answer) = address(launch).call{gas: gas_}(data);
            if (!passed) vm.assertTrue(false, string.concat("a batch reverted with gas ", vm.toString(gas_)));
            bytes4[] memory results = abi.decode(answer, (bytes4[]));
            for (uint256 i = 1; i < 4; ++i) vm.assertTrue(results[i] == 0 || results[i] == 0xffffffff, "starved");
            vm.revertToState(snapshot);
            release(free);
        }
    }

    /// The same promise for a demand: attempted or reverted with the reason, never out of gas in between.
    function test_a_demand_is_met_or_refused_with_the_number() public {
        Payment[] memory payments = new Payment[](3);
        payments[0] = paymentOf(address(new Burner()), 0);
        payments[1] = paymentOf(address(new Spendthrift(65_000)), 1);
        payments[2] = pay(KEY + 2, 1, "2");
        bytes memory data = abi.encodeCall(ILaunch.mintBatch, (payments, 3, 0));
        uint256 met;
        uint256 step = vm.envOr("SWEEP_STEP", uint256(997));
        uint256 free = freeMemory();
        for (uint256 gas_ = START; gas_ <= 1_000_000; gas_ += step) {
            uint256 snapshot = vm.snapshotState();
            cool(payments);
            (bool passed, bytes memory answer) = address(launch).call{gas: gas_}(data);
            if (passed) ++met;
            else vm.assertEq(bytes32(bytes4(answer)), bytes32(ILaunch.NotAttempted.selector), "the reason");
            vm.assertTrue(passed || met == 0, "enough gas is enough when there is more of it");
            vm.revertToState(snapshot);
            release(free);
        }
        vm.assertTrue(met > 0, "met");
    }
}

contract BatchGasOnTestUSDC is BatchGas, OnTestUSDC {}

contract BatchGasOnFiatToken is BatchGas, OnFiatToken {}
