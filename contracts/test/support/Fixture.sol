// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Launch} from "../../src/Launch.sol";
import {ILaunch, Payer, Payment, State, Terms} from "../../src/ILaunch.sol";
import {Assets, IUSDC} from "./Assets.sol";
import {Launches} from "./Launches.sol";
import {Vm} from "./Vm.sol";

/// A launch on one asset, and payers with keys. Every behaviour that touches money is tested on both `OnTestUSDC` and
/// `OnFiatToken`.
abstract contract Fixture is Assets, Launches {
    uint256 internal constant PRICE = 1_000_000;
    uint256 internal constant ALLOTMENT = 5000e18;
    uint256 internal constant COUNT = 1000;
    uint256 internal constant LIMIT = 10;
    uint256 internal constant NOW = 1_700_000_000;
    address internal constant TREASURY = address(0x7EA5);
    address internal constant OWNER = address(0x04E2);
    address internal constant MINTER = address(0x3147);
    address internal constant STRANGER = address(0x57A4);

    IUSDC internal usdc;
    Launch internal launch;
    /// The ids minted and refunded to an account, oldest first: what its events say.
    mapping(address => bytes32[]) internal history;

    function deployAsset() internal virtual returns (IUSDC);

    function setUp() public virtual {
        vm.warp(NOW);
        usdc = deployAsset();
        launch = deploy(terms());
    }

    function terms() internal view returns (Terms memory) {
        return Terms({
            name: "Ping",
            symbol: "PING",
            contractURI: "ipfs://ping",
            asset: address(usdc),
            price: PRICE,
            allotment: ALLOTMENT,
            cap: ALLOTMENT * COUNT,
            limit: LIMIT,
            opensAt: uint64(NOW - 1 days),
            closesAt: uint64(NOW + 1 days),
            treasury: TREASURY,
            owner: OWNER,
            minter: MINTER
        });
    }

    /// A payer's key with money; its address is `vm.addr(key)`.
    function fund(address payer, uint256 allotments) internal returns (address) {
        usdc.mint(payer, allotments * PRICE);
        return payer;
    }

    function digestOf(address payer, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce)
        internal
        view
        returns (bytes32)
    {
        return typed(
            keccak256(
                abi.encode(
                    keccak256(
                        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                    ),
                    payer,
                    to,
                    value,
                    validAfter,
                    validBefore,
                    nonce
                )
            )
        );
    }

    function typed(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), structHash));
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// An honest payment, valid for an hour, signed by `key` for `payer` (who may be a wallet of that key).
    function paymentFrom(uint256 key, address payer, uint256 quantity, bytes32 nonce) internal view returns (Payment memory) {
        uint256 validBefore = block.timestamp + 1 hours;
        return Payment({
            payer: payer,
            quantity: quantity,
            validAfter: 0,
            validBefore: validBefore,
            nonce: nonce,
            signature: sign(key, digestOf(payer, address(launch), quantity * PRICE, 0, validBefore, nonce))
        });
    }

    /// `paymentFrom` by a plain key that was given the money.
    function pay(uint256 key, uint256 quantity, bytes32 nonce) internal returns (Payment memory) {
        address payer = fund(vm.addr(key), quantity);
        return paymentFrom(key, payer, quantity, nonce);
    }

    /// What a stranger who saw the payment can do with it: submit it to the asset.
    function submit(Payment memory p) internal {
        usdc.transferWithAuthorization(
            p.payer, address(launch), p.quantity * PRICE, p.validAfter, p.validBefore, p.nonce, p.signature
        );
    }

    function mintOne(Payment memory p) internal returns (bytes32 id) {
        id = launch.paymentId(p.payer, p.nonce);
        launch.mint(p);
        history[p.payer].push(id);
    }

    function only(Payment memory p) internal pure returns (Payment[] memory list) {
        list = new Payment[](1);
        list[0] = p;
    }

    function refused(string memory reason) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ILaunch.PaymentRefused.selector, abi.encodeWithSignature("Error(string)", reason));
    }

    /// Those of one emitter, in their order.
    function logsOf(address emitter, Vm.Log[] memory logs) internal pure returns (Vm.Log[] memory found) {
        uint256 n;
        found = new Vm.Log[](logs.length);
        for (uint256 i; i < logs.length; ++i) if (logs[i].emitter == emitter) found[n++] = logs[i];
        assembly ("memory-safe") {
            mstore(found, n)
        }
    }

    /// The error of a strict mint, or nothing.
    function refusalOf(Payment memory p) internal returns (bytes memory) {
        try launch.mint(p) {
            return "";
        } catch (bytes memory failure) {
            return clean(failure);
        }
    }

    /// Circle's compiler left garbage in the padding of revert strings; encodes them again.
    function clean(bytes memory failure) internal pure returns (bytes memory) {
        if (failure.length < 100 || bytes4(failure) != ILaunch.PaymentRefused.selector) return failure;
        bytes memory reason = abi.decode(tail(failure), (bytes));
        if (reason.length < 68 || bytes4(reason) != bytes4(0x08c379a0)) return failure;
        return refused(abi.decode(tail(reason), (string)));
    }

    /// What follows the selector.
    function tail(bytes memory failure) internal pure returns (bytes memory rest) {
        rest = new bytes(failure.length - 4);
        for (uint256 i; i < rest.length; ++i) rest[i] = failure[i + 4];
    }

    function assertConserved() internal view {
        vm.assertLe(
            launch.sold() * PRICE, usdc.balanceOf(address(launch)) + launch.withdrawn(), "sold * price <= held + withdrawn"
        );
    }
}

abstract contract OnTestUSDC is Fixture {
    function deployAsset() internal override returns (IUSDC) {
        return deployTestUSDC();
    }
}

abstract contract OnFiatToken is Fixture {
    function deployAsset() internal override returns (IUSDC) {
        return deployFiatToken("USD Coin");
    }
}
