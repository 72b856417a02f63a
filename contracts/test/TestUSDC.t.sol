// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestUSDC} from "../src/TestUSDC.sol";
import {Assets, IUSDC} from "./support/Assets.sol";
import {Vm} from "./support/Vm.sol";
import {Wallet} from "./support/Wallet.sol";
import {Bomb, Burner, Invalid} from "./support/Wallets.sol";

/// The stand-in does what USDC does: every scene is played on both, under the same name, and
/// what they answer, log and keep is compared.
contract TestUSDCTest is Assets {
    address private constant HOME = 0x036CbD53842c5426634e7929541eC2318f3dCF7e;
    uint256 private constant NOW = 1_700_000_000;
    uint256 private constant KEY = 0xA11CE;
    address private constant BOB = address(0xB0B);
    bytes32 private constant TRANSFER = 0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267;
    bytes32 private constant RECEIVE = 0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8;
    bytes32 private constant CANCEL = 0x158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429;
    bytes32 private constant PERMIT = 0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9;

    IUSDC private ours;
    IUSDC private circles;
    IUSDC private usdc;
    address private wallet;
    /// One scene's transcript: for each call, whether it passed, what it said, what it logged.
    bytes32[] private transcript;

    function setUp() public {
        vm.warp(NOW);
        vm.chainId(84532);
        vm.etch(HOME, address(new TestUSDC()).code);
        ours = IUSDC(HOME);
        circles = deployFiatToken("USDC");
        wallet = address(new Wallet(vm.addr(KEY)));
    }

    function test_planted_at_base_sepolias_address_it_has_base_sepolias_domain() public view {
        vm.assertEq(
            ours.DOMAIN_SEPARATOR(), 0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818, "separator"
        );
        vm.assertEq(ours.name(), "USDC", "name");
        vm.assertEq(ours.version(), "2", "version");
        vm.assertEq(TestUSDC(HOME).symbol(), "USDC", "symbol");
        vm.assertEq(TestUSDC(HOME).decimals(), 6, "decimals");
    }

    function test_its_type_hashes_are_the_published_ones() public view {
        vm.assertEq(TestUSDC(HOME).TRANSFER_WITH_AUTHORIZATION_TYPEHASH(), TRANSFER, "transfer");
        vm.assertEq(TestUSDC(HOME).RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), RECEIVE, "receive");
        vm.assertEq(TestUSDC(HOME).CANCEL_AUTHORIZATION_TYPEHASH(), CANCEL, "cancel");
        vm.assertEq(TestUSDC(HOME).PERMIT_TYPEHASH(), PERMIT, "permit");
    }

    function test_anyone_makes_free_money_and_turns_every_switch() public {
        vm.prank(BOB);
        ours.mint(BOB, 5);
        vm.assertEq(ours.balanceOf(BOB), 5, "balance");
        vm.assertEq(ours.totalSupply(), 5, "total supply");
        vm.prank(BOB);
        ours.blacklist(BOB);
        vm.assertTrue(ours.isBlacklisted(BOB), "blacklisted");
    }

    function testFuzz_it_answers_as_circles_does(uint256 seed) public {
        usdc = ours;
        bytes32[] memory left = play(seed);
        usdc = circles;
        bytes32[] memory right = play(seed);
        for (uint256 i; i < left.length; ++i) {
            vm.assertEq(left[i], right[i], string.concat("call ", vm.toString(i)));
        }
    }

    /// Calls in an order that the seed picks; good ones, and each kind of bad one.
    function play(uint256 seed) private returns (bytes32[] memory) {
        delete transcript;
        address alice = vm.addr(KEY);
        usdc.mint(alice, 1000);
        usdc.mint(wallet, 1000);
        for (uint256 i; i < 24; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            address from = roll & 1 == 0 ? alice : wallet;
            if (roll & 0xf0 == 0) from = [address(0), BOB, address(ours), address(this)][(roll >> 8) % 4];
            uint256 value = (roll >> 16) % 600;
            bytes32 nonce = bytes32((roll >> 32) % 6);
            uint256 validAfter = (roll >> 48) % 8 == 0 ? NOW : 0;
            uint256 validBefore = (roll >> 56) % 8 == 0 ? NOW : NOW + 1;
            scene((roll >> 64) % 14, roll >> 72, from, value, validAfter, validBefore, nonce);
            transcript.push(
                keccak256(
                    abi.encode(
                        usdc.balanceOf(alice),
                        usdc.balanceOf(wallet),
                        usdc.balanceOf(BOB),
                        usdc.nonces(from),
                        usdc.allowance(from, BOB),
                        usdc.authorizationState(from, nonce),
                        usdc.isBlacklisted(from)
                    )
                )
            );
        }
        return transcript;
    }

    function scene(uint256 which, uint256 roll, address from, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce)
        private
    {
        if (which < 6) {
            pay(which, roll, abi.encode(from, BOB, value, validAfter, validBefore, nonce));
        } else if (which < 8) {
            cancel(which, roll, from, nonce);
        } else if (which == 8) {
            permit(roll, from, value);
        } else if (which == 9) {
            act(abi.encodeCall(usdc.transfer, (roll & 0x700 == 0 ? address(0) : BOB, value)), from);
        } else if (which == 10) {
            act(abi.encodeCall(usdc.transferFrom, (from, BOB, value)), BOB);
        } else if (which == 11) {
            act(abi.encodeCall(usdc.approve, (roll & 0x700 == 0 ? address(0) : BOB, value)), from);
        } else if (which == 12) {
            address whom = roll & 0x700 == 0 ? BOB : from;
            act(usdc.isBlacklisted(whom) ? abi.encodeCall(usdc.unBlacklist, (whom)) : abi.encodeCall(usdc.blacklist, (whom)), address(this));
        } else {
            if (roll & 0x700 == 0) act(abi.encodeCall(usdc.pause, ()), address(this));
            else act(abi.encodeCall(usdc.unpause, ()), address(this));
        }
    }

    /// Transfers and receipts, by both overloads.
    function pay(uint256 which, uint256 roll, bytes memory head) private {
        bytes memory signature = spoil(roll, hashed(bytes.concat(which < 4 ? TRANSFER : RECEIVE, head)));
        address caller = which < 4 || roll & 0x700 == 0 ? address(this) : BOB;
        if (which == 0 || which == 4) {
            (uint8 v, bytes32 r, bytes32 s) = split(signature);
            act(bytes.concat(which == 0 ? bytes4(0xe3ee160e) : bytes4(0xef55bec6), head, abi.encode(v, r, s)), caller);
        } else {
            bytes4 selector = which < 4 ? bytes4(0xcf092995) : bytes4(0x88b7ab63);
            act(bytes.concat(selector, head, abi.encode(uint256(224), signature.length), padded(signature)), caller);
        }
    }

    function cancel(uint256 which, uint256 roll, address from, bytes32 nonce) private {
        bytes memory signature = spoil(roll, hashed(abi.encode(CANCEL, from, nonce)));
        if (which == 6) {
            act(abi.encodeWithSignature("cancelAuthorization(address,bytes32,bytes)", from, nonce, signature), BOB);
        } else {
            (uint8 v, bytes32 r, bytes32 s) = split(signature);
            act(abi.encodeWithSignature("cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)", from, nonce, v, r, s), BOB);
        }
    }

    function permit(uint256 roll, address from, uint256 value) private {
        uint256 deadline = roll & 0x700 == 0 ? NOW - 1 : roll & 0x800 == 0 ? NOW : type(uint256).max;
        bytes memory encoded = abi.encode(PERMIT, from, BOB, value, usdc.nonces(from), deadline);
        bytes memory signature = spoil(roll, hashed(encoded));
        if (roll & 0x1000 == 0) {
            act(abi.encodeWithSignature("permit(address,address,uint256,uint256,bytes)", from, BOB, value, deadline, signature), BOB);
        } else {
            (uint8 v, bytes32 r, bytes32 s) = split(signature);
            act(abi.encodeWithSignature("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", from, BOB, value, deadline, v, r, s), BOB);
        }
    }

    /// Plays one call and writes down the outcome. Log addresses differ, and Circle's padding of reasons is not clean.
    function act(bytes memory data, address caller) private {
        vm.recordLogs();
        vm.prank(caller);
        (bool passed, bytes memory answer) = address(usdc).call(data);
        if (!passed && answer.length >= 68 && bytes4(answer) == 0x08c379a0) {
            bytes memory rest = new bytes(answer.length - 4);
            for (uint256 i; i < rest.length; ++i) rest[i] = answer[i + 4];
            answer = bytes(abi.decode(rest, (string)));
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes memory said;
        for (uint256 i; i < logs.length; ++i) {
            vm.assertEq(logs[i].emitter, address(usdc), "emitter");
            said = abi.encode(said, logs[i].topics, logs[i].data);
        }
        transcript.push(keccak256(abi.encode(passed, answer, said)));
    }

    function hashed(bytes memory encoded) private view returns (bytes memory) {
        return sign(keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), keccak256(encoded))));
    }

    function sign(bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, digest);
        return abi.encodePacked(r, s, v);
    }

    /// Now and then a signature that is wrong in one of the known ways.
    function spoil(uint256 roll, bytes memory signature) private pure returns (bytes memory) {
        uint256 how = (roll >> 16) % 16;
        (uint8 v, bytes32 r, bytes32 s) = split(signature);
        if (how == 0) v = 0;
        if (how == 1) v = v == 27 ? 28 : 27;
        if (how == 2) s = bytes32(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141 - uint256(s));
        if (how == 3) r = 0;
        signature = abi.encodePacked(r, s, v);
        if (how == 5) signature = bytes.concat(signature, hex"00");
        return signature;
    }

    function padded(bytes memory data) private pure returns (bytes memory) {
        return bytes.concat(data, new bytes((32 - data.length % 32) % 32));
    }

    function split(bytes memory signature) private pure returns (uint8 v, bytes32 r, bytes32 s) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }

    function test_wallets_that_misbehave_are_refused_as_circles_refuses_them() public {
        address[3] memory wallets = [address(new Burner()), address(new Bomb(true, 1000)), address(new Invalid())];
        for (uint256 i; i < 3; ++i) {
            for (uint256 j; j < 2; ++j) {
                usdc = j == 0 ? ours : circles;
                vm.expectRevert(bytes("FiatTokenV2: invalid signature"));
                usdc.transferWithAuthorization{gas: 5_000_000}(wallets[i], BOB, 0, 0, NOW + 1, "n", "");
            }
        }
    }
}
