// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILaunch, Payment} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";
import {Wallet} from "./support/Wallet.sol";
import {Bomb, Burner, Credulous, Invalid, Refuser, Spendthrift} from "./support/Wallets.sol";

/// Payers with code: served if the asset accepts them, and never at their neighbours' expense.
abstract contract Wallets is Fixture {
    uint256 private constant KEY = 0xA11CE;

    function paymentOf(address wallet, bytes32 nonce) internal returns (Payment memory) {
        return paymentFrom(KEY, fund(wallet, 1), 1, nonce);
    }

    /// The wallet first, in the middle and last, with honest payers around it.
    function assertNeighboursMint(address wallet, bool served) internal {
        Payment[] memory payments = new Payment[](9);
        for (uint256 i; i < 9; ++i) {
            payments[i] = i % 4 == 0 ? paymentOf(wallet, bytes32(i)) : pay(KEY + i, 1, bytes32(i));
        }
        bytes4[] memory results = launch.mintBatch{gas: 4_000_000}(payments, 9, 0);
        for (uint256 i; i < 9; ++i) {
            bool minted = i % 4 != 0 || served;
            vm.assertEq(bytes32(results[i]), minted ? bytes32(0) : bytes32(ILaunch.PaymentRefused.selector), "result");
        }
        vm.assertEq(launch.balanceOf(wallet), served ? 3 * ALLOTMENT : 0, "the wallet's tokens");
        vm.assertEq(usdc.balanceOf(wallet), served ? 0 : 3 * PRICE, "the wallet's money");
        vm.assertEq(launch.sold(), served ? 9 : 6, "sold");
    }

    function test_a_wallet_signs_by_erc1271() public {
        address wallet = address(new Wallet(vm.addr(KEY)));
        launch.mint(paymentOf(wallet, "n"));
        vm.assertEq(launch.balanceOf(wallet), ALLOTMENT, "tokens");
        assertWalletCanSettle(address(new Wallet(vm.addr(KEY))));
    }

    function assertWalletCanSettle(address wallet) private {
        Payment memory p = paymentOf(wallet, "direct");
        submit(p);
        vm.prank(MINTER);
        launch.mintSettled(wallet, "direct", 1, 0, new bytes32[](0), anywhere());
        vm.assertEq(launch.balanceOf(wallet), ALLOTMENT, "tokens");
    }

    function test_a_wallet_may_sign_with_anything_it_understands() public {
        Payment memory p = paymentOf(address(new Credulous()), "n");
        p.signature = new bytes(8192);
        launch.mint(p);
        p = paymentOf(p.payer, "m");
        p.signature = "";
        launch.mint(p);
    }

    function test_a_wallet_that_says_no_is_refused() public {
        Payment memory p = paymentOf(address(new Refuser()), "n");
        vm.assertEq(refusalOf(p), refused("FiatTokenV2: invalid signature"), "refusal");
        assertNeighboursMint(address(new Refuser()), false);
    }

    /// EIP-7702: the address has code, so its own ECDSA signature counts only if that code says so.
    function test_a_delegated_account_is_asked_by_erc1271_and_not_by_its_key() public {
        Payment memory p = pay(KEY, 1, "n");
        vm.etch(p.payer, abi.encodePacked(hex"ef0100", address(new Refuser())));
        vm.assertEq(refusalOf(p), refused("FiatTokenV2: invalid signature"), "refusal");
        vm.etch(p.payer, abi.encodePacked(hex"ef0100", address(new Wallet(p.payer))));
        launch.mint(p);
        vm.assertEq(launch.balanceOf(p.payer), ALLOTMENT, "tokens");
    }

    /// EIP-7702 in the block of the batch: the payers had no code when their payments were simulated.
    function test_a_payer_that_got_code_after_its_payment_was_taken_is_skipped_before_it_burns_gas() public {
        Payment[] memory payments = new Payment[](9);
        for (uint256 i; i < 9; ++i) payments[i] = pay(KEY + i, 1, bytes32(i));
        for (uint256 i = 1; i < 9; i += 2) {
            vm.etch(payments[i].payer, abi.encodePacked(hex"ef0100", address(new Burner())));
        }
        vm.recordLogs();
        uint256 spent = gasleft();
        bytes4[] memory results = launch.mintBatch(payments, 9, 0x1ff);
        spent -= gasleft();
        vm.assertLe(spent, 9 * 150_000, "gas");
        Vm.Log[] memory logs = logsOf(address(launch), vm.getRecordedLogs());
        uint256 skipped;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != ILaunch.Skipped.selector) continue;
            Payment memory p = payments[2 * skipped++ + 1];
            vm.assertEq(abi.decode(logs[i].data, (bytes)), abi.encodeWithSelector(ILaunch.HasCode.selector), "reason");
            vm.assertEq(logs[i].topics[1], launch.paymentId(p.payer, p.nonce), "id");
        }
        vm.assertEq(skipped, 4, "skipped");
        for (uint256 i; i < 9; ++i) {
            bool minted = i % 2 == 0;
            vm.assertEq(bytes32(results[i]), minted ? bytes32(0) : bytes32(ILaunch.HasCode.selector), "result");
            vm.assertEq(launch.balanceOf(payments[i].payer), minted ? ALLOTMENT : 0, "tokens");
            vm.assertEq(usdc.balanceOf(payments[i].payer), minted ? 0 : PRICE, "money");
        }
    }

    /// Each payment has its own bit; those from the 256th on have none.
    function testFuzz_only_a_payer_that_must_have_no_code_is_skipped_for_its_code(uint256 codeless, uint256 coded) public {
        Payment[] memory payments = new Payment[](258);
        for (uint256 i; i < 258; ++i) payments[i] = i > 5 && i < 255 ? Payment(STRANGER, 0, 0, 0, 0, "") : pay(KEY + i, 1, "n");
        address wallet = address(new Credulous());
        for (uint256 i; i < 258; ++i) {
            if (coded >> i % 256 & 1 == 1) vm.etch(payments[i].payer, abi.encodePacked(hex"ef0100", wallet));
        }
        bytes4[] memory results = launch.mintBatch(payments, 258, codeless);
        for (uint256 i; i < 258; ++i) {
            bytes4 result = i > 5 && i < 255
                ? ILaunch.QuantityOutOfRange.selector
                : i < 256 && codeless >> i & 1 == 1 && coded >> i & 1 == 1 ? ILaunch.HasCode.selector : bytes4(0);
            vm.assertEq(bytes32(results[i]), bytes32(result), "result");
        }
    }

    function test_a_wallet_that_burns_its_gas_is_skipped_alone() public {
        assertNeighboursMint(address(new Burner()), false);
    }

    function test_a_wallet_that_hits_an_invalid_opcode_is_skipped_alone() public {
        assertNeighboursMint(address(new Invalid()), false);
    }

    function test_a_wallet_that_answers_with_a_megabyte_is_skipped_alone() public {
        assertNeighboursMint(address(new Bomb(false, 1_000_000)), false);
        launch.mint(pay(1, 1, "another"));
    }

    function test_a_wallet_that_refuses_with_as_much_as_its_gas_allows_is_skipped_alone() public {
        assertNeighboursMint(address(new Bomb(true, 20_000)), false);
    }

    function test_a_wallet_that_uses_what_the_cap_allows_is_served() public {
        assertNeighboursMint(address(new Spendthrift(75_000)), true);
    }

    function test_a_wallet_beyond_the_cap_of_a_batch_is_served_alone() public {
        // Leaves too little of 200,000 for the asset, and enough of more.
        address wallet = address(new Spendthrift(10_000));
        assertNeighboursMint(wallet, false);
        launch.mint{gas: 1_000_000}(paymentOf(address(new Spendthrift(75_000)), "n"));
    }
}

contract WalletsOnTestUSDC is Wallets, OnTestUSDC {}

contract WalletsOnFiatToken is Wallets, OnFiatToken {}
