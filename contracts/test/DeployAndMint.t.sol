// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DeployAndMint} from "../src/DeployAndMint.sol";
import {ILaunch, Payment} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";
import {Wallet} from "./support/Wallet.sol";

/// Deploys wallets of a key at addresses known beforehand, and does other things when asked.
contract Factory {
    function deploy(address signer, bytes32 salt) external payable {
        new Wallet{salt: salt}(signer);
    }

    function addressOf(address signer, bytes32 salt) external view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(Wallet).creationCode, abi.encode(signer)));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(this), salt, code)))));
    }

    function burn() external pure {
        while (true) {}
    }

    function bomb() external pure {
        assembly {
            revert(0, 100000)
        }
    }
}

abstract contract DeploysAndMints is Fixture {
    uint256 private constant KEY = 0xA11CE;
    uint256 private constant GAS = 450_000;
    Factory private immutable factory = new Factory();
    DeployAndMint.Deployment[] private deployments;
    Payment[] private payments;

    /// Adds a payment of a wallet that `call_` of the factory deploys.
    function add(bytes32 salt, bytes memory call_) private returns (address wallet) {
        wallet = factory.addressOf(vm.addr(KEY), salt);
        payments.push(paymentFrom(KEY, fund(wallet, 1), 1, salt));
        deployments.push(DeployAndMint.Deployment(wallet, address(factory), GAS, call_));
    }

    function addGood(bytes32 salt) private returns (address) {
        return add(salt, abi.encodeCall(Factory.deploy, (vm.addr(KEY), salt)));
    }

    function batch() private view returns (bytes memory) {
        return abi.encodeCall(ILaunch.mintBatch, (payments, 0, 0));
    }

    function test_a_wallet_is_deployed_and_mints_and_nothing_is_left() public {
        address wallet = addGood("a");
        vm.recordLogs();
        DeployAndMint created = new DeployAndMint(address(launch), false, deployments, batch());
        vm.assertEq(launch.balanceOf(wallet), ALLOTMENT, "tokens");
        vm.assertEq(usdc.balanceOf(wallet), 0, "money");
        vm.assertEq(address(created).code.length, 0, "code");
        Vm.Log[] memory logs = logsOf(address(created), vm.getRecordedLogs());
        vm.assertEq(logs.length, 1, "logs");
        vm.assertEq(logs[0].topics[0], DeployAndMint.Calls.selector, "event");
        vm.assertEq(logs[0].topics[1], bytes32(uint256(uint160(address(launch)))), "launch");
    }

    function test_calls_that_fail_cost_the_others_nothing() public {
        address burnt = add("burn", abi.encodeCall(Factory.burn, ()));
        address bombed = add("bomb", abi.encodeCall(Factory.bomb, ()));
        address elsewhere = add("else", abi.encodeCall(Factory.deploy, (vm.addr(KEY), bytes32("another"))));
        address good = addGood("good");
        new DeployAndMint(address(launch), false, deployments, batch());
        vm.assertEq(launch.balanceOf(good), ALLOTMENT, "tokens");
        vm.assertEq(launch.sold(), 1, "sold");
        vm.assertEq(usdc.balanceOf(burnt) + usdc.balanceOf(bombed) + usdc.balanceOf(elsewhere), 3 * PRICE, "money");
    }

    function test_each_call_has_its_own_limit_of_gas() public {
        add("burn", abi.encodeCall(Factory.burn, ()));
        uint256 before = gasleft();
        new DeployAndMint(address(launch), false, deployments, batch());
        uint256 used = before - gasleft();
        vm.assertLe(used, GAS + 200_000, "gas");
        vm.assertTrue(used > GAS, "gas");
    }

    function test_a_wallet_with_code_is_not_deployed_again() public {
        address wallet = addGood("a");
        factory.deploy(vm.addr(KEY), "a");
        deployments[0].call = abi.encodeCall(Factory.burn, ());
        uint256 before = gasleft();
        new DeployAndMint(address(launch), false, deployments, batch());
        vm.assertLe(before - gasleft(), GAS, "gas");
        vm.assertEq(launch.balanceOf(wallet), ALLOTMENT, "tokens");
    }

    function test_a_launch_that_refuses_the_batch_undoes_all() public {
        address wallet = addGood("a");
        vm.prank(OWNER);
        launch.pause();
        vm.expectRevert(ILaunch.EnforcedPause.selector);
        this.create(false);
        vm.assertEq(wallet.code.length, 0, "code");
    }

    function create(bool show) external returns (bytes memory) {
        return address(new DeployAndMint(address(launch), show, deployments, batch())).code;
    }

    /// What a simulation shows: the results, and a word for each deployment.
    function test_a_simulation_shows_the_results_and_the_gas_of_each_deployment() public {
        addGood("a");
        add("burn", abi.encodeCall(Factory.burn, ()));
        addGood("there");
        factory.deploy(vm.addr(KEY), "there");
        bytes memory shown = this.create(true);
        uint256[3] memory used;
        uint256 size = shown.length;
        assembly {
            for { let i := 0 } lt(i, 3) { i := add(i, 1) } {
                mstore(add(used, mul(i, 0x20)), mload(add(add(shown, 0x20), sub(size, mul(sub(3, i), 0x20)))))
            }
            mstore(shown, sub(size, 0x60))
        }
        bytes4[] memory results = abi.decode(shown, (bytes4[]));
        vm.assertEq(results.length, 3, "results");
        vm.assertEq(bytes32(results[0]), 0, "deployed");
        vm.assertEq(bytes32(results[1]), bytes32(ILaunch.PaymentRefused.selector), "not deployed");
        vm.assertEq(bytes32(results[2]), 0, "deployed before");
        vm.assertTrue(used[0] > 50_000, "gas");
        vm.assertLe(used[0], GAS, "gas");
        vm.assertEq(used[1], type(uint256).max, "no wallet");
        vm.assertEq(used[2], 0, "no call");
    }
}

contract DeploysAndMintsOnTestUSDC is DeploysAndMints, OnTestUSDC {}

contract DeploysAndMintsOnFiatToken is DeploysAndMints, OnFiatToken {}
