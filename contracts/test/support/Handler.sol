// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Launch} from "../../src/Launch.sol";
import {ILaunch, Payment} from "../../src/ILaunch.sol";
import {IUSDC} from "./Assets.sol";
import {Base} from "./Vm.sol";
import {Wallet} from "./Wallet.sol";
import {Bomb, Burner, Credulous} from "./Wallets.sol";

/// Everybody who can touch a launch, honest and not: payers, strangers, a thief with the minter's key, an owner, a
/// treasury, and USDC's administrators. Keeps its own books, from what it did and saw.
contract Handler is Base {
    uint256 private constant PAYERS = 6;

    Launch public immutable launch;
    IUSDC public immutable usdc;
    uint256 public immutable price;
    uint256 public immutable allotment;
    address public immutable owner;
    address public immutable minter;
    address public immutable treasury;

    struct Signed {
        Payment payment;
        bytes32 id;
    }

    Signed[] private signed;
    address[] public payers;
    uint256[] private keys;
    mapping(address => bytes32[]) private histories;

    mapping(bytes32 => uint256) public mintsOf;
    mapping(bytes32 => uint256) public refundsOf;
    bytes32[] public ids;
    /// Allotments minted, base units refunded, paid to the launch in all, and taken out by withdrawals.
    uint256 public minted;
    uint256 public refunded;
    uint256 public received;
    uint256 public withdrawn;
    /// Things that must never have happened.
    uint256 public crimes;
    string public crime;
    uint256 public calls;

    constructor(Launch launch_, IUSDC usdc_) {
        (launch, usdc) = (launch_, usdc_);
        price = launch_.terms().price;
        allotment = launch_.terms().allotment;
        (owner, minter, treasury) = (launch_.owner(), launch_.minter(), launch_.terms().treasury);
        for (uint256 i; i < PAYERS; ++i) add(vm.addr(0xFACE + i), 0xFACE + i);
        add(address(new Wallet(vm.addr(0xFACE))), 0xFACE);
        add(address(new Credulous()), 0xFACE);
        add(address(new Burner()), 0xFACE);
        add(address(new Bomb(true, 20_000)), 0xFACE);
        address delegated = vm.addr(0xDE1E);
        vm.etch(delegated, abi.encodePacked(hex"ef0100", address(new Wallet(delegated))));
        add(delegated, 0xDE1E);
    }

    function add(address payer, uint256 key) private {
        payers.push(payer);
        keys.push(key);
    }

    function payersCount() external view returns (uint256) {
        return payers.length;
    }

    function idsCount() external view returns (uint256) {
        return ids.length;
    }

    function historyOf(address payer) external view returns (bytes32[] memory) {
        return histories[payer];
    }

    // What honest people do.

    function mint(uint256 who, uint256 quantity, uint256 spoil) external {
        ++calls;
        Payment memory p = sign(who, quantity, spoil);
        strict(p);
    }

    function mintAgain(uint256 which) external {
        ++calls;
        if (signed.length == 0) return;
        strict(signed[which % signed.length].payment);
    }

    function strict(Payment memory p) private {
        uint256 tokens = launch.balanceOf(p.payer);
        uint256 money = usdc.balanceOf(p.payer);
        try launch.mint{gas: 1_000_000}(p) {
            if (money - usdc.balanceOf(p.payer) != p.quantity * price) blame("a mint took another amount");
            if (launch.balanceOf(p.payer) - tokens != p.quantity * allotment) blame("a mint gave another amount");
            tookPayment(p);
            noteMint(p);
        } catch {
            if (usdc.balanceOf(p.payer) != money) blame("charged by a refused mint");
            if (launch.balanceOf(p.payer) != tokens) blame("tokens from a refused mint");
        }
    }

    function batch(uint256 seed, uint256 size, uint256 gas_, uint256 atLeast) external {
        ++calls;
        size = bound(size, 1, 8);
        gas_ = bound(gas_, 50_000, 3_000_000);
        atLeast = atLeast % 4 == 0 ? 1 + atLeast / 4 % size : 0;
        Payment[] memory payments = new Payment[](size);
        for (uint256 i; i < size; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            if (signed.length > 0 && roll % 4 == 0) payments[i] = signed[roll / 4 % signed.length].payment;
            else payments[i] = sign(roll, roll >> 16, roll >> 32);
        }
        uint256 held = usdc.balanceOf(address(launch));
        uint256 sold = launch.sold();
        vm.prank(address(uint160(seed | 1 << 100)));
        try launch.mintBatch{gas: gas_}(payments, atLeast, uint256(keccak256(abi.encode(seed)))) returns (bytes4[] memory results) {
            uint256 quantity;
            bool stopped;
            for (uint256 i; i < size; ++i) {
                if (results[i] == 0xffffffff) stopped = true;
                else if (stopped) blame("something after the tail was attempted");
                else if (i + 1 > atLeast) atLeast = 0;
                if (results[i] != 0) continue;
                quantity += payments[i].quantity;
                tookPayment(payments[i]);
                noteMint(payments[i]);
            }
            if (launch.sold() - sold != quantity) blame("a batch sold another number");
            if (usdc.balanceOf(address(launch)) - held != quantity * price) blame("a batch took another amount");
        } catch (bytes memory reason) {
            if (launch.sold() != sold || usdc.balanceOf(address(launch)) != held) blame("a reverted batch left traces");
            bytes4 selector = bytes4(reason);
            bool expected = selector == ILaunch.NotAttempted.selector && atLeast != 0
                || selector == ILaunch.EnforcedPause.selector || selector == ILaunch.Closed.selector;
            if (!expected) blame("a batch reverted for an item");
        }
    }

    function withdraw() external {
        ++calls;
        uint256 before = usdc.balanceOf(treasury);
        try launch.withdraw() returns (uint256 amount) {
            if (usdc.balanceOf(treasury) - before != amount) blame("a withdrawal paid another amount");
            withdrawn += amount;
        } catch {}
    }

    function transfer(uint256 who, uint256 to, uint256 amount) external {
        ++calls;
        address from = payers[who % payers.length];
        amount = bound(amount, 0, launch.balanceOf(from));
        vm.prank(from);
        launch.transfer(payers[to % payers.length], amount);
    }

    // What others do.

    /// Submits a payment to USDC behind the launch's back.
    function submit(uint256 who, uint256 quantity, uint256 which) external {
        ++calls;
        Payment memory p = signed.length > 0 && which % 2 == 0 ? signed[which / 2 % signed.length].payment : sign(who, quantity, 1);
        try usdc.transferWithAuthorization{gas: 500_000}(
            p.payer, address(launch), p.quantity * price, p.validAfter, p.validBefore, p.nonce, p.signature
        ) {
            received += p.quantity * price;
        } catch {}
    }

    function cancel(uint256 which) external {
        ++calls;
        if (signed.length == 0) return;
        Payment memory p = signed[which % signed.length].payment;
        bytes32 hash =
            keccak256(abi.encode(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), p.payer, p.nonce));
        for (uint256 i; i < payers.length; ++i) {
            if (payers[i] != p.payer) continue;
            try usdc.cancelAuthorization{gas: 500_000}(p.payer, p.nonce, signature(keys[i], hash)) {} catch {}
        }
    }

    function donate(uint256 amount) external {
        ++calls;
        amount = bound(amount, 1, 5 * price);
        try usdc.mint(address(launch), amount) {
            received += amount;
        } catch {}
    }

    /// A thief with the minter's key: any payment, any quantity, with the true history, none, part of it, or repeated.
    function steal(uint256 which, uint256 quantity, uint256 lie) external {
        ++calls;
        if (signed.length == 0) return;
        Payment memory p = signed[which % signed.length].payment;
        (bytes32 prefix, bytes32[] memory rest, bool honest) = claimed(p.payer, launch.paymentId(p.payer, p.nonce), lie);
        p.quantity = bound(quantity, 0, 12);
        vm.prank(minter);
        try launch.mintSettled(p.payer, p.nonce, p.quantity, prefix, rest, anywhere()) {
            if (!honest) blame("a false history was believed");
            if (!usdc.authorizationState(p.payer, p.nonce)) blame("an unsettled payment was minted");
            noteMint(p);
        } catch {}
    }

    /// The owner, or a thief with the minter's key, refunds whatever it likes: payments that were never submitted, too.
    function refund(uint256 which, uint256 amount, uint256 lie) external {
        ++calls;
        if (signed.length == 0) return;
        Payment memory p = signed[which % signed.length].payment;
        amount = bound(amount, 0, 3 * price);
        if (which % 5 == 0) refundTransfer(p.payer, bytes32(which), amount, lie);
        else refundPayment(p, amount, lie, which % 3 == 0);
    }

    function refundTransfer(address payer, bytes32 ref, uint256 amount, uint256 lie) private {
        bytes32 id = launch.transferId(payer, ref);
        (bytes32 prefix, bytes32[] memory rest, bool honest) = claimed(payer, id, lie);
        uint256 before = usdc.balanceOf(payer);
        vm.prank(owner);
        try launch.refundTransfer(payer, ref, amount, prefix, rest, anywhere()) {
            noteRefund(payer, id, amount, before, honest);
        } catch {}
    }

    function refundPayment(Payment memory p, uint256 amount, uint256 lie, bool byMinter) private {
        bytes32 id = launch.paymentId(p.payer, p.nonce);
        (bytes32 prefix, bytes32[] memory rest, bool honest) = claimed(p.payer, id, lie);
        uint256 before = usdc.balanceOf(p.payer);
        uint256 left = launch.terms().cap / allotment - launch.sold();
        vm.prank(byMinter ? minter : owner);
        try launch.refund(p.payer, p.nonce, amount, prefix, rest, anywhere()) {
            if (!usdc.authorizationState(p.payer, p.nonce)) blame("a living authorization was refunded");
            if (byMinter && amount <= left * price) blame("the minter refunded what could be minted");
            noteRefund(p.payer, id, amount, before, honest);
        } catch {}
    }

    function noteRefund(address payer, bytes32 id, uint256 amount, uint256 before, bool honest) private {
        if (!honest) blame("a false history was believed");
        if (usdc.balanceOf(payer) - before != amount) blame("a refund paid another amount");
        note(payer, id);
        ++refundsOf[id];
        refunded += amount;
    }

    /// A payer's history, or a lie about it, as one list or with a part of it folded first.
    function claimed(address payer, bytes32 id, uint256 lie)
        private
        returns (bytes32 prefix, bytes32[] memory rest, bool honest)
    {
        bytes32[] memory truth = histories[payer];
        rest = lied(truth, lie, id);
        honest = rest.length == truth.length;
        if (lie % 3 != 0 || rest.length == 0) return (prefix, rest, honest);
        uint256 at = lie / 16 % (rest.length + 1);
        bytes32[] memory first = new bytes32[](at);
        bytes32[] memory last = new bytes32[](rest.length - at);
        for (uint256 i; i < rest.length; ++i) {
            if (i < at) first[i] = rest[i];
            else last[i - at] = rest[i];
        }
        try launch.fold(id, 0, first) returns (bytes32 chain) {
            (prefix, rest) = (chain, last);
            for (uint256 i; i < at; ++i) if (first[i] == id) blame("an id was folded away");
        } catch {}
    }

    function turn(uint256 which, uint256 who) external {
        ++calls;
        which %= 8;
        if (which == 0) {
            vm.prank(owner);
            launch.pause();
        } else if (which < 4) {
            vm.prank(owner);
            launch.unpause();
        } else if (which == 4) {
            usdc.blacklist(payers[who % payers.length]);
        } else if (which == 5) {
            for (uint256 i; i < payers.length; ++i) usdc.unBlacklist(payers[i]);
            usdc.unBlacklist(address(launch));
        } else if (which == 6) {
            if (who % 4 == 0) usdc.blacklist(address(launch));
            else usdc.unBlacklist(address(launch));
        } else {
            if (who % 4 == 0) usdc.pause();
            else usdc.unpause();
        }
    }

    // How it is done.

    function sign(uint256 who, uint256 quantity, uint256 spoil) private returns (Payment memory p) {
        who %= payers.length;
        p.payer = payers[who];
        p.quantity = bound(quantity, 1, 10);
        p.validBefore = block.timestamp + 1 days;
        p.nonce = keccak256(abi.encode("payment nonce", signed.length));
        if (spoil % 8 != 0) try usdc.mint(p.payer, p.quantity * price) {} catch {}
        p.signature = signature(
            keys[who],
            keccak256(
                abi.encode(
                    keccak256(
                        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                    ),
                    p.payer,
                    address(launch),
                    p.quantity * price,
                    p.validAfter,
                    p.validBefore,
                    p.nonce
                )
            )
        );
        if (spoil % 8 == 2) p.quantity = 0;
        if (spoil % 8 == 3) p.quantity = 11;
        if (spoil % 8 == 4) p.signature = hex"00";
        signed.push();
        signed[signed.length - 1].payment = p;
        signed[signed.length - 1].id = launch.paymentId(p.payer, p.nonce);
    }

    function signature(uint256 key, bytes32 structHash) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), structHash)));
        return abi.encodePacked(r, s, v);
    }

    function lied(bytes32[] memory truth, uint256 lie, bytes32 id) private pure returns (bytes32[] memory told) {
        if (lie % 4 != 0 || truth.length == 0) return truth;
        lie /= 4;
        // Leaves one out; the one that stands in the way if it is there.
        told = new bytes32[](truth.length - 1);
        uint256 out = lie % truth.length;
        for (uint256 i; i < truth.length; ++i) if (truth[i] == id) out = i;
        for (uint256 i; i < told.length; ++i) told[i] = truth[i < out ? i : i + 1];
    }

    function tookPayment(Payment memory p) private {
        received += p.quantity * price;
    }

    function noteMint(Payment memory p) private {
        bytes32 id = launch.paymentId(p.payer, p.nonce);
        note(p.payer, id);
        ++mintsOf[id];
        minted += p.quantity;
    }

    function note(address payer, bytes32 id) private {
        if (mintsOf[id] == 0 && refundsOf[id] == 0) ids.push(id);
        histories[payer].push(id);
    }

    function blame(string memory what) private {
        ++crimes;
        crime = what;
    }
}
