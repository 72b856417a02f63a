// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorizations} from "../src/Authorizations.sol";
import {LaunchToken} from "../src/LaunchToken.sol";
import {OnTestUSDC} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";
import {Wallet} from "./support/Wallet.sol";
import {Curious} from "./support/Wallets.sol";

/// The launched token as an EIP-3009 token: each authorization moves once, as signed, within its window.
contract AuthorizationsTest is OnTestUSDC {
    uint256 private constant KEY = 0xA11CE;
    address private constant BOB = address(0xB0B);

    string private constant FIELDS =
        "(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)";
    bytes32 private constant TRANSFER = 0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267;
    bytes32 private constant RECEIVE = 0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8;
    bytes32 private constant CANCEL = 0x158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429;

    function alice() private pure returns (address) {
        return vm.addr(KEY);
    }

    function hold() private {
        launch.mint(pay(KEY, 1, "n"));
    }

    function signed(bytes32 typeHash, address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce)
        private
        view
        returns (bytes memory)
    {
        return signedHash(keccak256(abi.encode(typeHash, from, to, value, validAfter, validBefore, nonce)));
    }

    function signedHash(bytes32 structHash) private view returns (bytes memory) {
        return sign(KEY, keccak256(abi.encodePacked(hex"1901", launch.DOMAIN_SEPARATOR(), structHash)));
    }

    function split(bytes memory signature) private pure returns (uint8 v, bytes32 r, bytes32 s) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }

    function test_type_hashes_and_selectors_are_those_of_eip3009() public view {
        vm.assertEq(keccak256(bytes(string.concat("TransferWithAuthorization", FIELDS))), TRANSFER, "transfer");
        vm.assertEq(keccak256(bytes(string.concat("ReceiveWithAuthorization", FIELDS))), RECEIVE, "receive");
        vm.assertEq(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), CANCEL, "cancel");
        vm.assertEq(launch.TRANSFER_WITH_AUTHORIZATION_TYPEHASH(), TRANSFER, "the launch's transfer");
        vm.assertEq(launch.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), RECEIVE, "the launch's receive");
        vm.assertEq(launch.CANCEL_AUTHORIZATION_TYPEHASH(), CANCEL, "the launch's cancel");
        vm.assertEq(launch.authorizationState.selector, bytes4(0xe94a0102), "authorizationState");
    }

    function testFuzz_an_authorization_moves_once_by_either_overload(uint256 value, bytes32 nonce, bool split_) public {
        hold();
        value = bound(value, 0, ALLOTMENT);
        bytes memory signature = signed(TRANSFER, alice(), BOB, value, 0, NOW + 1, nonce);
        vm.expectEmit(true, true, true, true, address(launch));
        emit Authorizations.AuthorizationUsed(alice(), nonce);
        bytes32 chain = launch.chainOf(alice());
        (uint8 v, bytes32 r, bytes32 s) = split(signature);
        if (split_) launch.transferWithAuthorization(alice(), BOB, value, 0, NOW + 1, nonce, v, r, s);
        else launch.transferWithAuthorization(alice(), BOB, value, 0, NOW + 1, nonce, signature);
        vm.assertEq(launch.balanceOf(BOB), value, "balance");
        vm.assertEq(launch.chainOf(alice()), chain, "chain");
        vm.assertTrue(launch.authorizationState(alice(), nonce), "used");
        bytes memory reason =
            abi.encodeWithSelector(Authorizations.AuthorizationUsedOrCanceled.selector, alice(), nonce);
        vm.expectRevert(reason);
        launch.transferWithAuthorization(alice(), BOB, value, 0, NOW + 1, nonce, signature);
        vm.expectRevert(reason);
        launch.transferWithAuthorization(alice(), BOB, value, 0, NOW + 1, nonce, v, r, s);
    }

    function testFuzz_only_the_payee_receives_by_either_overload(bool split_) public {
        hold();
        bytes memory signature = signed(RECEIVE, alice(), BOB, 5, 0, NOW + 1, "m");
        (uint8 v, bytes32 r, bytes32 s) = split(signature);
        vm.expectRevert(abi.encodeWithSelector(Authorizations.CallerMustBePayee.selector, address(this)));
        launch.receiveWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", signature);
        vm.expectRevert(abi.encodeWithSelector(Authorizations.CallerMustBePayee.selector, address(this)));
        launch.receiveWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", v, r, s);
        vm.startPrank(BOB);
        bytes memory unsigned = abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, alice());
        vm.expectRevert(unsigned);
        launch.receiveWithAuthorization(alice(), BOB, 6, 0, NOW + 1, "m", signature);
        vm.expectRevert(unsigned);
        launch.receiveWithAuthorization(alice(), BOB, 6, 0, NOW + 1, "m", v, r, s);
        if (split_) launch.receiveWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", v, r, s);
        else launch.receiveWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", signature);
        bytes memory used = abi.encodeWithSelector(Authorizations.AuthorizationUsedOrCanceled.selector, alice(), bytes32("m"));
        vm.expectRevert(used);
        launch.receiveWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", signature);
        vm.expectRevert(used);
        launch.receiveWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", v, r, s);
        vm.stopPrank();
        vm.assertEq(launch.balanceOf(BOB), 5, "balance");
    }

    function test_a_receive_authorization_is_no_transfer_authorization() public {
        hold();
        bytes memory signature = signed(RECEIVE, alice(), BOB, 5, 0, NOW + 1, "m");
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, alice()));
        launch.transferWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", signature);
    }

    function test_the_window_is_open_at_both_ends() public {
        hold();
        bytes memory signature = signed(TRANSFER, alice(), BOB, 5, NOW + 1, NOW + 3, "m");
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(Authorizations.AuthorizationNotYetValid.selector, NOW + 1));
        launch.transferWithAuthorization(alice(), BOB, 5, NOW + 1, NOW + 3, "m", signature);
        vm.warp(NOW + 3);
        vm.expectRevert(abi.encodeWithSelector(Authorizations.AuthorizationExpired.selector, NOW + 3));
        launch.transferWithAuthorization(alice(), BOB, 5, NOW + 1, NOW + 3, "m", signature);
        vm.warp(NOW + 2);
        launch.transferWithAuthorization(alice(), BOB, 5, NOW + 1, NOW + 3, "m", signature);
    }

    function testFuzz_a_cancelled_authorization_never_moves(bool split_) public {
        hold();
        bytes memory cancel = signedHash(keccak256(abi.encode(CANCEL, alice(), bytes32("m"))));
        (uint8 v, bytes32 r, bytes32 s) = split(cancel);
        vm.expectEmit(true, true, true, true, address(launch));
        emit Authorizations.AuthorizationCanceled(alice(), "m");
        if (split_) launch.cancelAuthorization(alice(), "m", v, r, s);
        else launch.cancelAuthorization(alice(), "m", cancel);
        bytes memory reason =
            abi.encodeWithSelector(Authorizations.AuthorizationUsedOrCanceled.selector, alice(), bytes32("m"));
        bytes memory signature = signed(TRANSFER, alice(), BOB, 5, 0, NOW + 1, "m");
        vm.expectRevert(reason);
        launch.transferWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", signature);
        vm.expectRevert(reason);
        launch.cancelAuthorization(alice(), "m", cancel);
    }

    function test_of_several_reasons_the_first_is_that_of_usdc() public {
        hold();
        launch.transferWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", signed(TRANSFER, alice(), BOB, 5, 0, NOW + 1, "m"));
        vm.expectRevert(abi.encodeWithSelector(Authorizations.CallerMustBePayee.selector, address(this)));
        launch.receiveWithAuthorization(alice(), BOB, 5, NOW, NOW, "m", "");
        vm.expectRevert(abi.encodeWithSelector(Authorizations.AuthorizationNotYetValid.selector, NOW));
        launch.transferWithAuthorization(alice(), BOB, 5, NOW, NOW, "m", "");
        vm.expectRevert(abi.encodeWithSelector(Authorizations.AuthorizationExpired.selector, NOW));
        launch.transferWithAuthorization(alice(), BOB, 5, 0, NOW, "m", "");
        bytes memory used = abi.encodeWithSelector(Authorizations.AuthorizationUsedOrCanceled.selector, alice(), bytes32("m"));
        vm.expectRevert(used);
        launch.transferWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", "");
        vm.expectRevert(used);
        launch.cancelAuthorization(alice(), "m", "");
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, alice()));
        launch.transferWithAuthorization(alice(), BOB, 2 * ALLOTMENT, 0, NOW + 1, "o", "");
    }

    function test_an_authorization_logs_its_use_then_the_transfer() public {
        hold();
        vm.recordLogs();
        vm.startPrank(BOB);
        for (uint256 i; i < 2; ++i) {
            bytes32 nonce = bytes32(i);
            bytes memory signature = signed(i == 0 ? TRANSFER : RECEIVE, alice(), BOB, 5, 0, NOW + 1, nonce);
            if (i == 0) launch.transferWithAuthorization(alice(), BOB, 5, 0, NOW + 1, nonce, signature);
            else launch.receiveWithAuthorization(alice(), BOB, 5, 0, NOW + 1, nonce, signature);
            nonce = bytes32(2 + i);
            (uint8 v, bytes32 r, bytes32 s) = split(signed(i == 0 ? TRANSFER : RECEIVE, alice(), BOB, 5, 0, NOW + 1, nonce));
            if (i == 0) launch.transferWithAuthorization(alice(), BOB, 5, 0, NOW + 1, nonce, v, r, s);
            else launch.receiveWithAuthorization(alice(), BOB, 5, 0, NOW + 1, nonce, v, r, s);
        }
        vm.stopPrank();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 8, "logs");
        for (uint256 i; i < 8; i += 2) {
            vm.assertEq(logs[i].topics[0], Authorizations.AuthorizationUsed.selector, "first");
            vm.assertEq(logs[i + 1].topics[0], keccak256("Transfer(address,address,uint256)"), "second");
        }
    }

    function test_nobody_else_cancels() public {
        bytes memory cancel = signedHash(keccak256(abi.encode(CANCEL, alice(), bytes32("m"))));
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, BOB));
        launch.cancelAuthorization(BOB, "m", cancel);
    }

    function testFuzz_whatever_was_not_signed_is_refused(uint256 value, address to, uint256 validBefore) public {
        hold();
        validBefore = bound(validBefore, NOW + 1, type(uint256).max);
        vm.assume(value != 5 || to != BOB || validBefore != NOW + 1);
        bytes memory signature = signed(TRANSFER, alice(), BOB, 5, 0, NOW + 1, "m");
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, alice()));
        launch.transferWithAuthorization(alice(), to, value, 0, validBefore, "m", signature);
    }

    function test_the_malleable_twin_and_odd_lengths_are_refused() public {
        hold();
        bytes memory signature = signed(TRANSFER, alice(), BOB, 5, 0, NOW + 1, "m");
        (uint8 v, bytes32 r, bytes32 s) = split(signature);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory reason = abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, alice());
        vm.expectRevert(reason);
        launch.transferWithAuthorization(
            alice(), BOB, 5, 0, NOW + 1, "m", v == 27 ? 28 : 27, r, bytes32(order - uint256(s))
        );
        vm.expectRevert(reason);
        launch.transferWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", bytes.concat(signature, hex"00"));
        vm.expectRevert(reason);
        launch.transferWithAuthorization(alice(), BOB, 5, 0, NOW + 1, "m", "");
    }

    function test_a_wallet_is_asked_before_its_authorization_counts_as_used() public {
        address wallet = address(new Curious());
        launch.transferWithAuthorization(wallet, BOB, 0, 0, NOW + 1, "m", abi.encode(bytes32("m")));
        launch.cancelAuthorization(wallet, "o", abi.encode(bytes32("o")));
        vm.assertTrue(launch.authorizationState(wallet, "m") && launch.authorizationState(wallet, "o"), "used");
    }

    function test_a_wallet_pays_by_erc1271_and_its_key_alone_does_not() public {
        address wallet = address(new Wallet(alice()));
        hold();
        vm.prank(alice());
        launch.transfer(wallet, 10);
        bytes memory signature = signed(TRANSFER, wallet, BOB, 5, 0, NOW + 1, "m");
        launch.transferWithAuthorization(wallet, BOB, 5, 0, NOW + 1, "m", signature);
        vm.assertEq(launch.balanceOf(BOB), 5, "balance");
        address mute = address(new Wallet(BOB));
        vm.expectRevert(abi.encodeWithSelector(LaunchToken.InvalidSignature.selector, mute));
        launch.transferWithAuthorization(mute, BOB, 0, 0, NOW + 1, "m", signature);
    }
}
