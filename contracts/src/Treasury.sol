// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAsset} from "./IAsset.sol";
import {ILaunch} from "./ILaunch.sol";
import {TermsCheck} from "./TermsCheck.sol";

/// Keeps the treasury, the account that receives the proceeds. No key of the launch can replace it. But the asset's issuer
/// can blacklist an account, which then receives nothing. So a blacklisted treasury may name its successor; otherwise the
/// proceeds would be locked.
abstract contract Treasury is ILaunch {
    IAsset internal immutable asset;
    address internal immutable firstTreasury;
    address public treasury;

    constructor(address asset_, address first) {
        asset = IAsset(asset_);
        firstTreasury = first;
        treasury = first;
    }

    function setTreasury(address successor) external {
        address current = treasury;
        if (msg.sender != current) revert Unauthorized(msg.sender);
        if (!TermsCheck.isBlacklisted(asset, current)) revert NotBlacklisted(current);
        TermsCheck.requireTreasury(asset, successor);
        emit TreasuryChanged(current, successor);
        treasury = successor;
    }
}
