// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Launch} from "../../src/Launch.sol";
import {Payment} from "../../src/ILaunch.sol";

/// An EIP-3009 token that trusts everybody, to be made worse.
contract Loose {
    string public name = "Loose";
    string public version = "1";
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(bytes32 => bool)) internal used;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() public view virtual returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                block.chainid,
                address(this)
            )
        );
    }

    function authorizationState(address authorizer, bytes32 nonce) external view virtual returns (bool) {
        return used[authorizer][nonce];
    }

    function isBlacklisted(address) external view virtual returns (bool) {
        return false;
    }

    function transfer(address to, uint256 amount) external virtual returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferWithAuthorization(address from, address to, uint256 value, uint256, uint256 validBefore, bytes32 nonce, bytes calldata)
        external
        virtual
    {
        require(block.timestamp < validBefore, "expired");
        require(!used[from][nonce], "used");
        used[from][nonce] = true;
        _move(from, to, value);
    }

    /// What an issuer may be able to do.
    function seize(address from, uint256 amount) external {
        balanceOf[from] -= amount;
    }

    function _move(address from, address to, uint256 amount) internal {
        require(balanceOf[from] >= amount, "balance");
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

contract Mislabelled is Loose {
    function DOMAIN_SEPARATOR() public pure override returns (bytes32) {
        return keccak256("another");
    }
}

contract WithoutLists is Loose {
    function isBlacklisted(address) external pure override returns (bool) {
        revert();
    }
}

/// Accepts anything, moves nothing.
contract Mute is Loose {
    function transferWithAuthorization(address, address, uint256, uint256, uint256, bytes32, bytes calldata)
        external
        override
    {}
}

/// Refuses without a word, as a contract does that lacks the function.
contract Silent is Loose {
    function transferWithAuthorization(address, address, uint256, uint256, uint256, bytes32, bytes calldata)
        external
        pure
        override
    {
        revert();
    }
}

/// Shrugs at a used authorization instead of refusing it.
contract Shrugging is Loose {
    function transferWithAuthorization(address from, address to, uint256 value, uint256, uint256 validBefore, bytes32 nonce, bytes calldata)
        external
        override
    {
        require(block.timestamp < validBefore, "expired");
        if (used[from][nonce]) return;
        used[from][nonce] = true;
        _move(from, to, value);
    }
}

/// Keeps a part of every payment.
contract Taxing is Loose {
    function transferWithAuthorization(address from, address to, uint256 value, uint256, uint256 validBefore, bytes32 nonce, bytes calldata)
        external
        override
    {
        require(block.timestamp < validBefore, "expired");
        used[from][nonce] = true;
        _move(from, to, value - 1);
    }
}

/// Remembers the last authorization it was handed, to the byte, and refuses unsigned ones at length.
contract Recorder is Loose {
    bytes32 public heard;

    function transferWithAuthorization(address from, address to, uint256 value, uint256, uint256 validBefore, bytes32 nonce, bytes calldata data)
        external
        override
    {
        require(block.timestamp < validBefore, "expired");
        if (data.length == 0) {
            assembly {
                for { let at := 0 } lt(at, 0x200) { at := add(at, 0x20) } { mstore(at, not(0)) }
                revert(0, 0x200)
            }
        }
        heard = keccak256(msg.data);
        used[from][nonce] = true;
        _move(from, to, value);
    }
}

/// Takes from the payee what it should have given.
contract Robbing is Loose {
    function transferWithAuthorization(address from, address to, uint256 value, uint256, uint256 validBefore, bytes32, bytes calldata)
        external
        override
    {
        require(block.timestamp < validBefore, "expired");
        _move(to, from, value);
    }
}

/// Knows of no settlement once tokens of it are there.
contract Watching is Loose {
    Launch public launch;

    function watch(Launch launch_) external {
        launch = launch_;
    }

    function authorizationState(address authorizer, bytes32 nonce) external view override returns (bool) {
        if (address(launch) != address(0) && launch.totalSupply() + launch.balanceOf(authorizer) != 0) return false;
        return used[authorizer][nonce];
    }
}

/// Calls back into the launch whenever it is asked to move money.
contract Reentrant is Loose {
    Launch public launch;
    bytes public back;
    bytes public answer;
    bool public passed;

    function aim(Launch launch_, bytes calldata back_) external {
        launch = launch_;
        back = back_;
    }

    function transfer(address to, uint256 amount) external override returns (bool) {
        _callBack();
        _move(msg.sender, to, amount);
        return true;
    }

    function transferWithAuthorization(address from, address to, uint256 value, uint256, uint256 validBefore, bytes32 nonce, bytes calldata)
        external
        override
    {
        require(block.timestamp < validBefore, "expired");
        require(!used[from][nonce], "used");
        _callBack();
        used[from][nonce] = true;
        _move(from, to, value);
    }

    function _callBack() private {
        if (address(launch) == address(0)) return;
        (passed, answer) = address(launch).call(back);
    }
}
