// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {EIP712} from "solady/utils/EIP712.sol";

/// An ERC-20 (18 decimals, EIP-2612) whose accounts also remember, at no cost in slots, which payments they were minted
/// for: the word of an account is a balance of 112 bits under a hash chain of 144 bits over payment ids.
///
/// Balances change without the chain, the chain without the balance, and nothing ever takes a link away.
abstract contract LaunchToken is IERC20Metadata, IERC20Errors, IERC20Permit, EIP712, Nonces {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    uint256 private constant CHAIN_SHIFT = 112;
    uint256 internal constant BALANCE_MASK = (1 << CHAIN_SHIFT) - 1;

    mapping(address account => uint256) private accounts;
    mapping(address account => mapping(address spender => uint256)) public allowance;
    string public name;
    string public symbol;

    error PermitExpired(uint256 deadline);
    error InvalidSignature(address signer);

    constructor(string memory name_, string memory symbol_) {
        name = name_;
        symbol = symbol_;
    }

    /// The version in the EIP-712 domain.
    function version() public pure returns (string memory) {
        return "1";
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }

    function balanceOf(address account) public view returns (uint256) {
        return accounts[account] & BALANCE_MASK;
    }

    function nonces(address account) public view override(IERC20Permit, Nonces) returns (uint256) {
        return Nonces.nonces(account);
    }

    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparator();
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _transfer(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (allowed < amount) revert ERC20InsufficientAllowance(msg.sender, allowed, amount);
            unchecked {
                allowance[from][msg.sender] = allowed - amount;
            }
        }
        _transfer(from, to, amount);
        return true;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        _approve(msg.sender, spender, amount);
        return true;
    }

    /// EIP-2612; an owner with code is asked by ERC-1271 for `r, s, v` as 65 bytes.
    function permit(address owner_, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        if (block.timestamp > deadline) revert PermitExpired(deadline);
        bytes32 structHash =
            keccak256(abi.encode(PERMIT_TYPEHASH, owner_, spender, value, _useNonce(owner_), deadline));
        _requireSigned(owner_, structHash, abi.encodePacked(r, s, v));
        _approve(owner_, spender, value);
    }

    function _domainNameAndVersion() internal view override returns (string memory, string memory) {
        return (name, version());
    }

    /// The name never changes. It is not set yet when the library would cache it, and may be longer than a word.
    function _domainNameAndVersionMayChange() internal pure override returns (bool) {
        return true;
    }

    /// Code at the signer: strict ERC-1271. None: ECDSA of 65 bytes with a low s. As USDC does it.
    function _requireSigned(address signer, bytes32 structHash, bytes memory signature) internal view {
        if (!SignatureChecker.isValidSignatureNow(signer, _hashTypedData(structHash), signature)) {
            revert InvalidSignature(signer);
        }
    }

    /// Tokens sent to the token's own address would be lost, so it refuses them. A transfer from zero would log what a
    /// mint logs.
    function _transfer(address from, address to, uint256 amount) internal {
        if (from == address(0)) revert ERC20InvalidSender(from);
        if (to == address(0) || to == address(this)) revert ERC20InvalidReceiver(to);
        uint256 account = accounts[from];
        if (account & BALANCE_MASK < amount) revert ERC20InsufficientBalance(from, account & BALANCE_MASK, amount);
        unchecked {
            // The balance is the low part of the word and covers the amount: nothing is borrowed from the chain. All
            // balances together stay below 2^112: nothing is carried into it.
            accounts[from] = account - amount;
            accounts[to] += amount;
        }
        emit Transfer(from, to, amount);
    }

    /// Adds to a balance and a link to the chain in one write. The caller keeps all balances together below 2^112.
    function _mint(address to, uint256 amount, bytes32 id) internal {
        uint256 account = accounts[to];
        unchecked {
            accounts[to] = _link(account, id) + amount;
        }
        emit Transfer(address(0), to, amount);
    }

    /// Adds a link to the chain and leaves the balance.
    function _spend(address account, bytes32 id) internal {
        accounts[account] = _link(accounts[account], id);
    }

    function _chainOf(address account) internal view returns (bytes32) {
        return bytes32(accounts[account] >> CHAIN_SHIFT);
    }

    function _nextChain(bytes32 chain, bytes32 id) internal pure returns (bytes32 next) {
        assembly ("memory-safe") {
            mstore(0x00, chain)
            mstore(0x20, id)
            next := shr(CHAIN_SHIFT, keccak256(0x00, 0x40))
        }
    }

    function _link(uint256 account, bytes32 id) private pure returns (uint256) {
        uint256 next = uint256(_nextChain(bytes32(account >> CHAIN_SHIFT), id));
        return (next << CHAIN_SHIFT) | (account & BALANCE_MASK);
    }

    function _approve(address owner_, address spender, uint256 amount) private {
        if (spender == address(0)) revert ERC20InvalidSpender(spender);
        allowance[owner_][spender] = amount;
        emit Approval(owner_, spender, amount);
    }
}
