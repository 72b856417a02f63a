// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Multicall3} from "../src/Multicall3.sol";
import {Base} from "./support/Vm.sol";

contract Target {
    uint256 public received;

    function echo(uint256 x) external pure returns (uint256) {
        return x;
    }

    function fail() external pure {
        revert("no");
    }

    function take() external payable {
        received += msg.value;
    }
}

/// The development chain's Multicall3 answers as clients expect of the canonical one.
contract Multicall3Test is Base {
    Multicall3 private multicall = new Multicall3();
    address private target = address(new Target());
    bytes private echo = abi.encodeCall(Target.echo, (7));
    bytes private fail = abi.encodeCall(Target.fail, ());
    bytes private reason = abi.encodeWithSignature("Error(string)", "no");

    function test_its_selectors_are_the_canonical_ones() public view {
        vm.assertEq(bytes32(multicall.aggregate.selector), bytes32(bytes4(0x252dba42)), "aggregate");
        vm.assertEq(bytes32(multicall.aggregate3.selector), bytes32(bytes4(0x82ad56cb)), "aggregate3");
        vm.assertEq(bytes32(multicall.aggregate3Value.selector), bytes32(bytes4(0x174dea71)), "aggregate3Value");
        vm.assertEq(bytes32(multicall.tryAggregate.selector), bytes32(bytes4(0xbce38bd7)), "tryAggregate");
        vm.assertEq(bytes32(multicall.tryBlockAndAggregate.selector), bytes32(bytes4(0x399542e9)), "tryBlockAndAggregate");
        vm.assertEq(bytes32(multicall.blockAndAggregate.selector), bytes32(bytes4(0xc3077fa9)), "blockAndAggregate");
        vm.assertEq(bytes32(multicall.getEthBalance.selector), bytes32(bytes4(0x4d2301cc)), "getEthBalance");
        vm.assertEq(bytes32(multicall.getChainId.selector), bytes32(bytes4(0x3408e470)), "getChainId");
    }

    function two() private view returns (Multicall3.Call[] memory calls) {
        calls = new Multicall3.Call[](2);
        calls[0] = Multicall3.Call(target, echo);
        calls[1] = Multicall3.Call(target, fail);
    }

    function test_each_call_may_fail_if_it_is_allowed_to() public {
        Multicall3.Call3[] memory calls = new Multicall3.Call3[](3);
        calls[0] = Multicall3.Call3(target, false, echo);
        calls[1] = Multicall3.Call3(target, true, fail);
        calls[2] = Multicall3.Call3(address(0xdead), false, "");
        Multicall3.Result[] memory results = multicall.aggregate3(calls);
        vm.assertTrue(results[0].success && !results[1].success && results[2].success, "success");
        vm.assertEq(results[0].returnData, abi.encode(7), "echo");
        vm.assertEq(results[1].returnData, reason, "reason");
        calls[1].allowFailure = false;
        vm.expectRevert(bytes("Multicall3: call failed"));
        multicall.aggregate3(calls);
    }

    function test_values_add_up_to_what_was_sent() public {
        vm.deal(address(this), 10);
        Multicall3.Call3Value[] memory calls = new Multicall3.Call3Value[](2);
        calls[0] = Multicall3.Call3Value(target, false, 3, abi.encodeCall(Target.take, ()));
        calls[1] = Multicall3.Call3Value(target, true, 4, fail);
        multicall.aggregate3Value{value: 7}(calls);
        vm.assertEq(Target(target).received(), 3, "received");
        vm.expectRevert(bytes("Multicall3: value mismatch"));
        multicall.aggregate3Value{value: 3}(calls);
    }

    function test_all_or_nothing_unless_told_otherwise() public {
        vm.expectRevert(bytes("Multicall3: call failed"));
        multicall.aggregate(two());
        vm.expectRevert(bytes("Multicall3: call failed"));
        multicall.blockAndAggregate(two());
        Multicall3.Result[] memory results = multicall.tryAggregate(false, two());
        vm.assertTrue(results[0].success && !results[1].success, "success");
        vm.expectRevert(bytes("Multicall3: call failed"));
        multicall.tryAggregate(true, two());
        (uint256 number, bytes32 hash,) = multicall.tryBlockAndAggregate(false, two());
        vm.assertEq(number, block.number, "block number");
        vm.assertEq(hash, blockhash(block.number), "block hash");
        Multicall3.Call[] memory one = new Multicall3.Call[](1);
        one[0] = Multicall3.Call(target, echo);
        bytes[] memory answers;
        (number, answers) = multicall.aggregate(one);
        vm.assertEq(answers[0], abi.encode(7), "echo");
        (,, results) = multicall.blockAndAggregate(one);
        vm.assertEq(results[0].returnData, abi.encode(7), "echo");
    }

    function test_it_reads_the_block() public {
        vm.deal(address(0xe), 9);
        vm.assertEq(multicall.getEthBalance(address(0xe)), 9, "balance");
        vm.assertEq(multicall.getChainId(), block.chainid, "chain id");
        vm.assertEq(multicall.getBlockNumber(), block.number, "number");
        vm.assertEq(multicall.getCurrentBlockTimestamp(), block.timestamp, "timestamp");
        vm.assertEq(multicall.getCurrentBlockGasLimit(), block.gaslimit, "gas limit");
        vm.assertEq(multicall.getCurrentBlockCoinbase(), block.coinbase, "coinbase");
        vm.assertEq(multicall.getCurrentBlockDifficulty(), block.prevrandao, "difficulty");
        vm.assertEq(multicall.getBasefee(), block.basefee, "base fee");
        vm.assertEq(multicall.getBlockHash(block.number - 1), blockhash(block.number - 1), "hash");
        vm.assertEq(multicall.getLastBlockHash(), blockhash(block.number - 1), "last hash");
    }
}
