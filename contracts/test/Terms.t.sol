// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Launch} from "../src/Launch.sol";
import {IAsset} from "../src/IAsset.sol";
import {ILaunch, Payer, Payment, State, Terms} from "../src/ILaunch.sol";
import {Owned} from "../src/Owned.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Mislabelled, Mute, Silent, WithoutLists} from "./support/HostileAssets.sol";
import {Vm} from "./support/Vm.sol";
import {Wallet} from "./support/Wallet.sol";

/// What a launch is, at birth and to whoever reads it.
abstract contract TermsTest is Fixture {
    function expectInvalid(Terms memory t, string memory term) internal {
        vm.expectRevert(abi.encodeWithSelector(ILaunch.InvalidTerm.selector, term));
        deploy(t);
    }

    function test_terms_are_read_back_as_they_were_given() public view {
        vm.assertEq(abi.encode(launch.terms()), abi.encode(terms()), "terms");
        vm.assertEq(launch.name(), "Ping", "name");
        vm.assertEq(launch.symbol(), "PING", "symbol");
        vm.assertEq(launch.contractURI(), "ipfs://ping", "contractURI");
        vm.assertEq(launch.version(), "1", "version");
        vm.assertEq(launch.decimals(), 18, "decimals");
        vm.assertEq(launch.owner(), OWNER, "owner");
        vm.assertEq(launch.minter(), MINTER, "minter");
    }

    function test_long_names_survive() public {
        Terms memory t = terms();
        t.name = "A name of more than thirty-one bytes, which does not fit into a word";
        t.symbol = "A symbol of more than thirty-one bytes";
        t.contractURI = "";
        Launch made = deploy(t);
        vm.assertEq(abi.encode(made.terms()), abi.encode(t), "terms");
    }

    function test_a_launch_without_name_or_symbol_is_refused() public {
        Terms memory t = terms();
        t.name = "";
        expectInvalid(t, "name");
        t = terms();
        t.symbol = "";
        expectInvalid(t, "symbol");
    }

    function test_an_asset_that_is_not_one_is_refused() public {
        Terms memory t = terms();
        t.asset = STRANGER;
        expectInvalid(t, "asset");
        t.asset = address(new Wallet(STRANGER));
        expectInvalid(t, "asset");
    }

    /// Some of them answer anything with a word, as sha256 does, and have no code that could be asked for a name.
    function test_a_precompile_is_no_asset() public {
        Terms memory t = terms();
        for (uint160 i = 1; i <= 10; ++i) {
            t.asset = address(i);
            expectInvalid(t, "asset");
        }
    }

    function test_an_asset_whose_domain_is_not_what_its_name_says_is_refused() public {
        Terms memory t = terms();
        t.asset = address(new Mislabelled());
        expectInvalid(t, "asset");
    }

    function test_an_asset_that_lets_a_bad_authorization_pass_in_silence_is_refused() public {
        Terms memory t = terms();
        t.asset = address(new Mute());
        expectInvalid(t, "asset");
        // Nor if it answers.
        vm.mockCall(address(usdc), bytes.concat(IAsset.transferWithAuthorization.selector), abi.encode(true));
        expectInvalid(terms(), "asset");
    }

    function test_an_asset_without_the_overload_for_wallets_is_refused() public {
        Terms memory t = terms();
        t.asset = address(new Silent());
        expectInvalid(t, "asset");
    }

    function test_an_asset_that_lacks_what_a_launch_asks_of_it_is_refused() public {
        bytes4[5] memory asked = [
            IAsset.name.selector,
            IAsset.version.selector,
            IAsset.DOMAIN_SEPARATOR.selector,
            IAsset.authorizationState.selector,
            IAsset.balanceOf.selector
        ];
        for (uint256 i; i < asked.length; ++i) {
            bytes memory call_ = bytes.concat(asked[i]);
            vm.mockCallRevert(address(usdc), call_, "");
            expectInvalid(terms(), "asset");
            vm.clearMockedCalls();
            if (i < 2) continue;
            // A word of refusal is no answer.
            vm.mockCallRevert(address(usdc), call_, abi.encode(usdc.DOMAIN_SEPARATOR()));
            expectInvalid(terms(), "asset");
            vm.clearMockedCalls();
            // Less than a word is no answer.
            vm.mockCall(address(usdc), call_, new bytes(31));
            expectInvalid(terms(), "asset");
            vm.clearMockedCalls();
        }
        deploy(terms());
        // Neither a domain nor a name to compare it with.
        vm.mockCallRevert(address(usdc), bytes.concat(IAsset.DOMAIN_SEPARATOR.selector), "");
        vm.mockCallRevert(address(usdc), bytes.concat(IAsset.name.selector), "");
        expectInvalid(terms(), "asset");
    }

    function test_less_than_a_word_about_a_blacklist_is_no_blacklist() public {
        vm.mockCall(address(usdc), bytes.concat(IAsset.isBlacklisted.selector), hex"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
        deploy(terms());
        vm.mockCall(address(usdc), bytes.concat(IAsset.isBlacklisted.selector), abi.encode(1));
        expectInvalid(terms(), "treasury");
    }

    /// By an authorization that nobody could have signed, of one unit, expired since 1970.
    function test_an_asset_is_tried_before_it_is_trusted() public {
        address next = nextLaunch();
        vm.expectCall(address(usdc), abi.encodeCall(IAsset.authorizationState, (next, 0)));
        vm.expectCall(address(usdc), abi.encodeCall(IAsset.balanceOf, (next)));
        vm.expectCall(
            address(usdc),
            abi.encodeCall(IAsset.transferWithAuthorization, (address(1), next, 1, 0, 0, 0, new bytes(65)))
        );
        vm.assertEq(address(deploy(terms())), next, "the launch");
    }

    /// The address that the next deployment from here will have.
    function nextLaunch() internal returns (address next) {
        uint256 snapshot = vm.snapshotState();
        next = address(deploy(terms()));
        vm.revertToState(snapshot);
    }

    function test_of_several_faults_the_first_in_the_order_of_the_checks_is_named() public {
        Terms memory t = terms();
        (t.name, t.symbol, t.asset, t.allotment, t.cap, t.price) = ("", "", STRANGER, 0, 0, 0);
        (t.limit, t.closesAt, t.treasury, t.owner) = (COUNT + 1, t.opensAt, address(0), address(0));
        expectInvalid(t, "name");
        t.name = "Ping";
        expectInvalid(t, "symbol");
        t.symbol = "PING";
        expectInvalid(t, "asset");
        t.asset = address(usdc);
        expectInvalid(t, "allotment");
        t.allotment = ALLOTMENT;
        expectInvalid(t, "cap");
        t.cap = ALLOTMENT * COUNT;
        expectInvalid(t, "price");
        t.price = PRICE;
        expectInvalid(t, "limit");
        t.limit = COUNT;
        expectInvalid(t, "closesAt");
        t.closesAt = 0;
        expectInvalid(t, "treasury");
        t.treasury = TREASURY;
        expectInvalid(t, "owner");
        t.owner = OWNER;
        deploy(t);
        (t.price, t.allotment, t.cap) = (0, 1, 1 << 63);
        expectInvalid(t, "cap");
    }

    function test_a_launch_logs_its_first_owner_and_minter() public {
        vm.recordLogs();
        launch = deploy(terms());
        Vm.Log[] memory logs = logsOf(address(launch), vm.getRecordedLogs());
        vm.assertEq(logs.length, 2, "logs");
        vm.assertEq(logs[0].topics[0], Owned.OwnershipTransferred.selector, "first");
        vm.assertEq(logs[0].topics[1], bytes32(0), "no owner before");
        vm.assertEq(logs[0].topics[2], bytes32(uint256(uint160(OWNER))), "owner");
        vm.assertEq(logs[1].topics[0], ILaunch.MinterChanged.selector, "second");
        vm.assertEq(logs[1].topics[1], bytes32(0), "no minter before");
        vm.assertEq(logs[1].topics[2], bytes32(uint256(uint160(MINTER))), "minter");
    }

    function test_an_asset_without_a_blacklist_will_do() public {
        Terms memory t = terms();
        t.asset = address(new WithoutLists());
        Launch made = deploy(t);
        address[] memory payers = new address[](1);
        vm.assertTrue(!made.inspect(payers, new bytes32[](1))[0].blacklisted, "blacklisted");
    }

    function test_an_asset_at_another_chain_id_is_refused() public {
        // A domain cached at another chain id would be refused; USDC computes it, so it follows.
        vm.chainId(777);
        deploy(terms());
    }

    function test_supply_that_does_not_add_up_is_refused() public {
        Terms memory t = terms();
        t.allotment = 0;
        expectInvalid(t, "allotment");
        t = terms();
        t.cap = 0;
        expectInvalid(t, "cap");
        t.cap = ALLOTMENT * COUNT + 1;
        expectInvalid(t, "cap");
        t.cap = 1 << 112;
        t.allotment = 1 << 100;
        expectInvalid(t, "cap");
        t.allotment = 1;
        t.cap = 1 << 63;
        expectInvalid(t, "cap");
        t.cap = (1 << 63) - 1;
        deploy(t);
        t.allotment = t.cap = (1 << 112) - 1;
        t.limit = 1;
        launch = deploy(t);
        launch.mint(pay(1, 1, "n"));
        vm.assertEq(launch.balanceOf(vm.addr(1)), (1 << 112) - 1, "the largest balance");
        vm.assertEq(launch.chainOf(vm.addr(1)), keccak256(abi.encode(bytes32(0), launch.paymentId(vm.addr(1), "n"))) >> 112, "chain");
    }

    function test_a_price_of_nothing_or_beyond_arithmetic_is_refused() public {
        Terms memory t = terms();
        t.price = 0;
        expectInvalid(t, "price");
        t.price = type(uint128).max / COUNT + 1;
        expectInvalid(t, "price");
        t.price = type(uint256).max;
        expectInvalid(t, "price");
        t.price = type(uint128).max / COUNT;
        deploy(t);
        (t.cap, t.limit, t.price) = (ALLOTMENT, 1, type(uint128).max);
        deploy(t);
        t.price += 1;
        expectInvalid(t, "price");
    }

    function test_a_limit_beyond_the_cap_is_refused() public {
        Terms memory t = terms();
        t.limit = COUNT + 1;
        expectInvalid(t, "limit");
        t.limit = COUNT;
        deploy(t);
    }

    function test_times_out_of_order_or_already_over_are_refused() public {
        Terms memory t = terms();
        t.closesAt = t.opensAt;
        expectInvalid(t, "closesAt");
        t.closesAt = uint64(NOW);
        expectInvalid(t, "closesAt");
        t.closesAt = uint64(NOW + 1);
        deploy(t);
        t.opensAt = type(uint64).max;
        expectInvalid(t, "closesAt");
        (t.opensAt, t.closesAt) = (uint64(NOW + 100), uint64(NOW + 100));
        expectInvalid(t, "closesAt");
        t.closesAt += 1;
        deploy(t);
    }

    function test_a_treasury_that_would_lose_or_double_the_proceeds_is_refused() public {
        Terms memory t = terms();
        t.treasury = address(0);
        expectInvalid(t, "treasury");
        t.treasury = address(usdc);
        expectInvalid(t, "treasury");
        t.treasury = STRANGER;
        usdc.blacklist(STRANGER);
        expectInvalid(t, "treasury");
        // The launch itself.
        t = terms();
        t.treasury = nextLaunch();
        expectInvalid(t, "treasury");
    }

    function test_a_launch_without_an_owner_is_refused_and_without_a_minter_is_not() public {
        Terms memory t = terms();
        t.owner = address(0);
        expectInvalid(t, "owner");
        t = terms();
        t.minter = address(0);
        launch = deploy(t);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ILaunch.Unauthorized.selector, STRANGER));
        launch.mintSettled(STRANGER, "n", 1, 0, new bytes32[](0), anywhere());
    }

    /// The canonical deployer's code, which takes salt and creation code as calldata.
    function test_create2_puts_the_same_launch_at_the_address_known_beforehand() public {
        address deployer = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
        vm.etch(deployer, hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3");
        bytes memory code = abi.encodePacked(launchCode(), abi.encode(terms()));
        address expected =
            address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", deployer, bytes32("salt"), keccak256(code))))));
        usdc.mint(expected, 5);
        vm.prank(STRANGER);
        (bool made,) = deployer.call(abi.encodePacked(bytes32("salt"), code));
        vm.assertTrue(made && expected.code.length != 0, "deployed");
        launch = Launch(expected);
        vm.assertEq(abi.encode(launch.terms()), abi.encode(terms()), "terms");
        vm.assertEq(launch.owner(), OWNER, "owner");
        launch.mint(pay(1, 1, "n"));
        vm.assertEq(launch.state().unaccounted, 5, "what was there before the launch");
    }

    function test_state_is_read_in_one_call() public {
        launch.mint(pay(1, 3, "n"));
        submit(pay(2, 1, "m"));
        launch.withdraw();
        vm.startPrank(OWNER);
        launch.pause();
        launch.transferOwnership(STRANGER);
        vm.stopPrank();
        State memory s = launch.state();
        State memory expected = State(3, 3 * PRICE, PRICE, PRICE, OWNER, STRANGER, MINTER, true, TREASURY, false, OWNER);
        vm.assertEq(abi.encode(s), abi.encode(expected), "state");
        vm.assertEq(launch.sold(), 3, "sold");
        vm.assertEq(launch.withdrawn(), 3 * PRICE, "withdrawn");
        vm.prank(OWNER);
        launch.unpause();
        vm.assertTrue(!launch.state().paused, "unpaused");
    }

    function test_payers_are_inspected_in_one_call() public {
        Payment memory p = pay(1, 2, "n");
        launch.mint(p);
        fund(p.payer, 7);
        address wallet = fund(address(new Wallet(STRANGER)), 1);
        usdc.blacklist(STRANGER);
        address[] memory payers = new address[](3);
        bytes32[] memory nonces = new bytes32[](3);
        (payers[0], payers[1], payers[2]) = (p.payer, wallet, STRANGER);
        nonces[0] = "n";
        Payer[] memory found = launch.inspect(payers, nonces);
        Payer[] memory expected = new Payer[](3);
        expected[0] = Payer(7 * PRICE, true, false, 0, launch.chainOf(p.payer));
        expected[1] = Payer(PRICE, false, false, wallet.code.length, 0);
        expected[2] = Payer(0, false, true, 0, 0);
        vm.assertEq(abi.encode(found), abi.encode(expected), "payers");
        vm.expectRevert(abi.encodeWithSelector(ILaunch.LengthMismatch.selector, 3, 2));
        launch.inspect(payers, new bytes32[](2));
    }

    function test_a_launched_token_is_an_asset_for_another_launch() public {
        launch.mint(pay(1, 3, "n"));
        Launch first = launch;
        Terms memory t = terms();
        t.asset = address(first);
        t.price = ALLOTMENT;
        launch = deploy(t);
        address payer = vm.addr(1);
        bytes32 structHash = keccak256(
            abi.encode(
                first.TRANSFER_WITH_AUTHORIZATION_TYPEHASH(), payer, address(launch), 2 * ALLOTMENT, 0, NOW + 60, bytes32("m")
            )
        );
        bytes memory signature = sign(1, keccak256(abi.encodePacked(hex"1901", first.DOMAIN_SEPARATOR(), structHash)));
        launch.mint(Payment(payer, 2, 0, NOW + 60, "m", signature));
        vm.assertEq(launch.balanceOf(payer), 2 * ALLOTMENT, "tokens");
        vm.assertEq(first.balanceOf(payer), ALLOTMENT, "what is left of the price");
        launch.withdraw();
        vm.assertEq(first.balanceOf(TREASURY), 2 * ALLOTMENT, "treasury");
    }
}

contract TermsOnTestUSDC is TermsTest, OnTestUSDC {}

contract TermsOnFiatToken is TermsTest, OnFiatToken {}
