// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {LaunchToken} from "../src/LaunchToken.sol";
import {OnTestUSDC} from "./support/Fixture.sol";
import {Wallet} from "./support/Wallet.sol";

/// The launched token as an ERC-20 with EIP-2612, and the chain of ids that no transfer touches.
contract TokenTest is OnTestUSDC {
    uint256 private constant KEY = 0xA11CE;
    address private alice;
    address private constant BOB = address(0xB0B);
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    function setUpPayer(uint256 quantity) internal {
        alice = vm.addr(KEY);
        launch.mint(pay(KEY, quantity, "n"));
    }

    function permitOf(address owner, uint256 value, uint256 nonce, uint256 deadline)
        internal
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        bytes32 structHash = keccak256(abi.encode(PERMIT, owner, BOB, value, nonce, deadline));
        return vm.sign(KEY, keccak256(abi.encodePacked(hex"1901", launch.DOMAIN_SEPARATOR(), structHash)));
    }

    function testFuzz_a_transfer_moves_what_it_says_and_no_history(uint256 amount, address to) public {
        setUpPayer(LIMIT);
        vm.assume(to != address(0) && to != address(launch) && to != alice);
        amount = bound(amount, 0, LIMIT * ALLOTMENT);
        bytes32 chain = launch.chainOf(alice);
        vm.expectEmit(true, true, true, true, address(launch));
        emit IERC20.Transfer(alice, to, amount);
        vm.prank(alice);
        vm.assertTrue(launch.transfer(to, amount), "returned");
        vm.assertEq(launch.balanceOf(alice), LIMIT * ALLOTMENT - amount, "the sender's balance");
        vm.assertEq(launch.balanceOf(to), amount, "the receiver's balance");
        vm.assertEq(launch.chainOf(alice), chain, "the sender's chain");
        vm.assertEq(launch.chainOf(to), bytes32(0), "the receiver's chain");
        vm.assertEq(launch.totalSupply(), LIMIT * ALLOTMENT, "total supply");
    }

    function testFuzz_a_transfer_to_oneself_changes_nothing(uint256 amount) public {
        setUpPayer(2);
        amount = bound(amount, 0, 2 * ALLOTMENT);
        bytes32 chain = launch.chainOf(alice);
        vm.prank(alice);
        launch.transfer(alice, amount);
        vm.assertEq(launch.balanceOf(alice), 2 * ALLOTMENT, "balance");
        vm.assertEq(launch.chainOf(alice), chain, "chain");
    }

    function testFuzz_more_than_the_balance_does_not_move(uint256 amount) public {
        setUpPayer(1);
        amount = bound(amount, ALLOTMENT + 1, type(uint256).max);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, ALLOTMENT, amount)
        );
        launch.transfer(BOB, amount);
    }

    function test_tokens_are_sent_neither_to_nobody_nor_to_the_token_itself() public {
        setUpPayer(1);
        address[2] memory lost = [address(0), address(launch)];
        for (uint256 i; i < 2; ++i) {
            bytes memory reason = abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, lost[i]);
            vm.prank(alice);
            vm.expectRevert(reason);
            launch.transfer(lost[i], 1);
            vm.prank(alice);
            launch.approve(BOB, 1);
            vm.prank(BOB);
            vm.expectRevert(reason);
            launch.transferFrom(alice, lost[i], 1);
        }
    }

    function testFuzz_an_allowance_is_spent_once(uint256 allowed, uint256 amount) public {
        setUpPayer(1);
        allowed = bound(allowed, 0, type(uint256).max - 1);
        amount = bound(amount, 0, ALLOTMENT);
        vm.expectEmit(true, true, true, true, address(launch));
        emit IERC20.Approval(alice, BOB, allowed);
        vm.prank(alice);
        vm.assertTrue(launch.approve(BOB, allowed), "returned");
        vm.prank(BOB);
        if (amount > allowed) {
            vm.expectRevert(
                abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, BOB, allowed, amount)
            );
            launch.transferFrom(alice, BOB, amount);
            return;
        }
        vm.expectEmit(true, true, true, true, address(launch));
        emit IERC20.Transfer(alice, BOB, amount);
        vm.assertTrue(launch.transferFrom(alice, BOB, amount), "returned");
        vm.assertEq(launch.allowance(alice, BOB), allowed - amount, "allowance");
        vm.assertEq(launch.balanceOf(BOB), amount, "balance");
    }

    function test_a_whole_allowance_and_a_whole_balance_are_spent() public {
        setUpPayer(1);
        vm.prank(alice);
        launch.approve(BOB, ALLOTMENT);
        vm.prank(BOB);
        launch.transferFrom(alice, BOB, ALLOTMENT);
        vm.assertEq(launch.allowance(alice, BOB), 0, "allowance");
        vm.assertEq(launch.balanceOf(BOB), ALLOTMENT, "balance");
    }

    function test_of_several_reasons_the_first_in_the_order_of_the_checks_is_named() public {
        setUpPayer(1);
        vm.prank(BOB);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, BOB, 0, ALLOTMENT + 1)
        );
        launch.transferFrom(alice, address(0), ALLOTMENT + 1);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        launch.transfer(address(0), ALLOTMENT + 1);
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.PermitExpired.selector, NOW - 1));
        launch.permit(alice, address(0), 1, NOW - 1, 27, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, alice));
        launch.permit(alice, address(0), 1, NOW, 27, 0, 0);
    }

    function test_an_endless_allowance_stays() public {
        setUpPayer(1);
        vm.prank(alice);
        launch.approve(BOB, type(uint256).max);
        vm.prank(BOB);
        launch.transferFrom(alice, BOB, ALLOTMENT);
        vm.assertEq(launch.allowance(alice, BOB), type(uint256).max, "allowance");
    }

    function test_nobody_is_approved_at_address_zero() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSpender.selector, address(0)));
        launch.approve(address(0), 1);
    }

    function testFuzz_a_permit_approves_once(uint256 value, uint256 deadline) public {
        setUpPayer(1);
        deadline = bound(deadline, NOW, type(uint256).max);
        (uint8 v, bytes32 r, bytes32 s) = permitOf(alice, value, 0, deadline);
        vm.expectEmit(true, true, true, true, address(launch));
        emit IERC20.Approval(alice, BOB, value);
        launch.permit(alice, BOB, value, deadline, v, r, s);
        vm.assertEq(launch.allowance(alice, BOB), value, "allowance");
        vm.assertEq(launch.nonces(alice), 1, "account nonce");
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, alice));
        launch.permit(alice, BOB, value, deadline, v, r, s);
    }

    function test_an_expired_or_altered_permit_is_refused() public {
        setUpPayer(1);
        (uint8 v, bytes32 r, bytes32 s) = permitOf(alice, 5, 0, NOW);
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, alice));
        launch.permit(alice, BOB, 6, NOW, v, r, s);
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, address(0)));
        launch.permit(address(0), BOB, 5, NOW, 99, r, s);
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.PermitExpired.selector, NOW));
        launch.permit(alice, BOB, 5, NOW, v, r, s);
    }

    function test_a_wallet_permits_by_erc1271() public {
        address wallet = address(new Wallet(vm.addr(KEY)));
        (uint8 v, bytes32 r, bytes32 s) = permitOf(wallet, 5, 0, NOW);
        launch.permit(wallet, BOB, 5, NOW, v, r, s);
        vm.assertEq(launch.allowance(wallet, BOB), 5, "allowance");
    }

    function test_the_domain_is_the_name_version_one_this_chain_and_this_contract() public {
        bytes32 typeHash =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 expected =
            keccak256(abi.encode(typeHash, keccak256("Ping"), keccak256("1"), block.chainid, address(launch)));
        vm.assertEq(launch.DOMAIN_SEPARATOR(), expected, "separator");
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address verifier, bytes32 salt, uint256[] memory extensions)
        = launch.eip712Domain();
        vm.assertEq(bytes32(fields), bytes32(bytes1(0x0f)), "fields");
        vm.assertEq(name, "Ping", "name");
        vm.assertEq(version, "1", "version");
        vm.assertEq(chainId, block.chainid, "chain id");
        vm.assertEq(verifier, address(launch), "contract");
        vm.assertEq(salt, bytes32(0), "salt");
        vm.assertEq(extensions.length, 0, "extensions");
        vm.chainId(99);
        vm.assertEq(
            launch.DOMAIN_SEPARATOR(),
            keccak256(abi.encode(typeHash, keccak256("Ping"), keccak256("1"), 99, address(launch))),
            "separator on a fork"
        );
    }

    function test_the_chain_is_the_published_recurrence() public {
        alice = vm.addr(KEY);
        bytes32 chain;
        for (uint256 i; i < 4; ++i) {
            launch.mint(pay(KEY, 1, bytes32(i)));
            chain = keccak256(abi.encodePacked(chain, launch.paymentId(alice, bytes32(i)))) >> 112;
            vm.assertEq(launch.chainOf(alice), chain, "chain");
            vm.assertEq(uint256(chain) >> 144, 0, "144 bits");
        }
    }
}
