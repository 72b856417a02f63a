// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What a launch asks of the token it is paid in: ERC-20 with EIP-3009's `bytes` overload, as USDC has it since v2.2.
interface IAsset {
    function name() external view returns (string memory);
    function version() external view returns (string memory);
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function balanceOf(address account) external view returns (uint256);
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);
    function isBlacklisted(address account) external view returns (bool);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}
