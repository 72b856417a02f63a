// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Launch} from "../src/Launch.sol";
import {Terms} from "../src/ILaunch.sol";
import {Fixture, OnFiatToken, OnTestUSDC} from "./support/Fixture.sol";
import {Handler} from "./support/Handler.sol";

/// What holds whoever does what in whichever order.
abstract contract Invariants is Fixture {
    struct Selectors {
        address addr;
        bytes4[] selectors;
    }

    Handler internal handler;
    bytes32 private termsBefore;

    function setUp() public virtual override {
        vm.warp(NOW);
        usdc = deployAsset();
        Terms memory t = terms();
        t.cap = 150 * ALLOTMENT;
        launch = deploy(t);
        handler = new Handler(launch, usdc);
        giveKeys(address(handler));
        termsBefore = keccak256(abi.encode(launch.terms()));
    }

    /// Whatever the asset needs so that the handler may mint, pause and blacklist.
    function giveKeys(address to) internal virtual;

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() public view returns (Selectors[] memory targets) {
        targets = new Selectors[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](11);
        targets[0].selectors[0] = Handler.mint.selector;
        targets[0].selectors[1] = Handler.mintAgain.selector;
        targets[0].selectors[2] = Handler.batch.selector;
        targets[0].selectors[3] = Handler.withdraw.selector;
        targets[0].selectors[4] = Handler.transfer.selector;
        targets[0].selectors[5] = Handler.submit.selector;
        targets[0].selectors[6] = Handler.cancel.selector;
        targets[0].selectors[7] = Handler.donate.selector;
        targets[0].selectors[8] = Handler.steal.selector;
        targets[0].selectors[9] = Handler.refund.selector;
        targets[0].selectors[10] = Handler.turn.selector;
    }

    /// All laws after each call: one campaign, not one for each.
    function invariant_all_laws_hold() public view {
        law_what_is_sold_was_paid_for();
        law_an_id_is_minted_or_refunded_and_only_once();
        law_tokens_minted_are_allotments_sold();
        law_balances_add_up_to_the_supply();
        law_supply_never_exceeds_the_cap();
        law_every_cent_is_somewhere();
        law_the_treasury_has_what_was_withdrawn_and_never_more_than_the_proceeds();
        law_every_account_carries_the_chain_of_its_history();
        law_unaccounted_money_is_what_neither_sold_nor_left();
        law_terms_never_change();
        law_nobody_is_charged_without_a_mint_and_no_batch_falls_for_an_item();
    }

    function law_what_is_sold_was_paid_for() public view {
        assertConserved();
    }

    function law_an_id_is_minted_or_refunded_and_only_once() public view {
        for (uint256 i; i < handler.idsCount(); ++i) {
            bytes32 id = handler.ids(i);
            vm.assertLe(handler.mintsOf(id) + handler.refundsOf(id), 1, "effects of an id");
        }
    }

    function law_tokens_minted_are_allotments_sold() public view {
        vm.assertEq(launch.sold(), handler.minted(), "sold");
        vm.assertEq(launch.totalSupply(), handler.minted() * ALLOTMENT, "total supply");
    }

    function law_balances_add_up_to_the_supply() public view {
        uint256 sum;
        for (uint256 i; i < handler.payersCount(); ++i) sum += launch.balanceOf(handler.payers(i));
        vm.assertEq(sum, launch.totalSupply(), "sum of balances");
    }

    function law_supply_never_exceeds_the_cap() public view {
        vm.assertLe(launch.totalSupply(), launch.terms().cap, "cap");
    }

    function law_every_cent_is_somewhere() public view {
        vm.assertEq(
            usdc.balanceOf(address(launch)) + handler.withdrawn() + handler.refunded(), handler.received(), "money"
        );
    }

    function law_the_treasury_has_what_was_withdrawn_and_never_more_than_the_proceeds() public view {
        vm.assertEq(usdc.balanceOf(TREASURY), handler.withdrawn(), "treasury");
        vm.assertEq(launch.withdrawn(), handler.withdrawn(), "withdrawn");
        vm.assertLe(handler.withdrawn(), handler.minted() * PRICE, "proceeds");
    }

    function law_every_account_carries_the_chain_of_its_history() public view {
        for (uint256 i; i < handler.payersCount(); ++i) {
            address payer = handler.payers(i);
            bytes32[] memory ids = handler.historyOf(payer);
            bytes32 chain;
            for (uint256 j; j < ids.length; ++j) chain = keccak256(abi.encode(chain, ids[j])) >> 112;
            vm.assertEq(launch.chainOf(payer), chain, "chain");
        }
    }

    function law_unaccounted_money_is_what_neither_sold_nor_left() public view {
        vm.assertEq(
            launch.state().unaccounted,
            handler.received() - handler.refunded() - handler.minted() * PRICE,
            "unaccounted"
        );
    }

    function law_terms_never_change() public view {
        vm.assertEq(keccak256(abi.encode(launch.terms())), termsBefore, "terms");
    }

    function law_nobody_is_charged_without_a_mint_and_no_batch_falls_for_an_item() public view {
        vm.assertEq(handler.crime(), "", "crime");
        vm.assertEq(handler.crimes(), 0, "crimes");
    }
}

contract InvariantsOnTestUSDC is Invariants, OnTestUSDC {
    function setUp() public override(Invariants, Fixture) {
        Invariants.setUp();
    }

    function giveKeys(address) internal override {}
}

interface IFiatRoles {
    function configureMinter(address minter, uint256 allowance) external returns (bool);
    function updatePauser(address pauser) external;
    function updateBlacklister(address blacklister) external;
}

contract InvariantsOnFiatToken is Invariants, OnFiatToken {
    function setUp() public override(Invariants, Fixture) {
        Invariants.setUp();
    }

    function giveKeys(address to) internal override {
        IFiatRoles(address(usdc)).configureMinter(to, type(uint256).max);
        IFiatRoles(address(usdc)).updatePauser(to);
        IFiatRoles(address(usdc)).updateBlacklister(to);
    }
}
