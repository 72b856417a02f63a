// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAsset} from "./IAsset.sol";
import {ILaunch, Terms} from "./ILaunch.sol";

/// Refuses, while it is deployed, a launch that could not keep its promise. The error names the term at fault.
library TermsCheck {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    function requireSound(Terms memory terms) internal {
        _require(bytes(terms.name).length != 0, "name");
        _require(bytes(terms.symbol).length != 0, "symbol");
        _requireAsset(IAsset(terms.asset));
        _require(terms.allotment != 0, "allotment");
        // Balances have 112 bits. Sold is an int64 to whoever reads the ledger.
        _require(terms.cap != 0 && terms.cap <= type(uint112).max && terms.cap % terms.allotment == 0, "cap");
        uint256 count = terms.cap / terms.allotment;
        _require(count <= uint64(type(int64).max), "cap");
        // No amount the launch ever computes leaves 128 bits.
        _require(terms.price != 0 && terms.price <= type(uint128).max / count, "price");
        _require(terms.limit <= count, "limit");
        _require(terms.closesAt == 0 || (terms.closesAt > terms.opensAt && terms.closesAt > block.timestamp), "closesAt");
        requireTreasury(IAsset(terms.asset), terms.treasury);
        // Without an owner no refund would ever be possible.
        _require(terms.owner != address(0), "owner");
    }

    /// Proceeds paid to the launch itself would count twice; paid to the asset they would be lost.
    function requireTreasury(IAsset asset, address treasury) internal view {
        _require(
            treasury != address(0) && treasury != address(asset) && treasury != address(this)
                && !isBlacklisted(asset, treasury),
            "treasury"
        );
    }

    /// False where the asset keeps no blacklist.
    function isBlacklisted(IAsset asset, address account) internal view returns (bool) {
        (bool known, uint256 word) = _read(asset, abi.encodeCall(IAsset.isBlacklisted, (account)));
        return known && word != 0;
    }

    function _requireAsset(IAsset asset) private {
        _require(address(asset).code.length != 0, "asset");
        (bool known, uint256 separator) = _read(asset, abi.encodeCall(IAsset.DOMAIN_SEPARATOR, ()));
        _require(known && bytes32(separator) == _separator(asset), "asset");
        (known,) = _read(asset, abi.encodeCall(IAsset.authorizationState, (address(this), 0)));
        _require(known, "asset");
        (known,) = _read(asset, abi.encodeCall(IAsset.balanceOf, (address(this))));
        _require(known, "asset");
        // An asset that lets an expired authorization pass in silence would be paid in silence, too; one that refuses
        // without a word does not know the overload with `bytes`.
        (bool passed, bytes memory reason) = address(asset).call(
            abi.encodeCall(IAsset.transferWithAuthorization, (address(1), address(this), 1, 0, 0, 0, new bytes(65)))
        );
        _require(!passed && reason.length != 0, "asset");
    }

    /// What DOMAIN_SEPARATOR must be for wallets that sign by the asset's name and version.
    function _separator(IAsset asset) private view returns (bytes32) {
        try asset.name() returns (string memory name) {
            try asset.version() returns (string memory version) {
                return keccak256(
                    abi.encode(
                        DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256(bytes(version)), block.chainid, address(asset)
                    )
                );
            } catch {}
        } catch {}
        return 0;
    }

    function _read(IAsset asset, bytes memory call_) private view returns (bool known, uint256 word) {
        bytes memory answer;
        (known, answer) = address(asset).staticcall(call_);
        known = known && answer.length >= 32;
        if (known) word = abi.decode(answer, (uint256));
    }

    function _require(bool sound, string memory term) private pure {
        if (!sound) revert ILaunch.InvalidTerm(term);
    }
}
