package pages_test

import (
	"context"
	"image/color"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/pages"
)

func TestABadgeSaysNothingThatTheChainDidNotShow(t *testing.T) {
	seen := mint.Mark{Block: 1, Tx: common.Hash{1}}
	closed := func(validBefore int64) mint.Order {
		o := mint.Order{VoidedFor: "closed: the sale ended before this payment could be minted, and it was not charged"}
		o.Authorization.ValidBefore = big.NewInt(validBefore)
		return o
	}
	for _, test := range []struct {
		order   mint.Order
		doubted bool
		badge   string
	}{
		{mint.Order{VoidedFor: "expired"}, false, "Never charged"},
		{mint.Order{VoidedFor: "expired"}, true, "Being checked"},
		{mint.Order{ParkedFor: "no balance"}, true, "Being checked"},
		{mint.Order{ParkedFor: "no balance"}, false, "Waits for the payer"},
		{closed(100), false, "Never charged"},
		{closed(101), false, "Not minted"},
		{mint.Order{VoidedFor: "cancelled", Settlement: seen}, false, "Paid, and owed"},
		{mint.Order{VoidedFor: "cancelled", Mint: seen}, true, "Being checked"},
		{mint.Order{VoidedFor: "cancelled", Mint: seen, Final: true}, true, "Minted, final"},
		{mint.Order{VoidedFor: "cancelled", Refund: seen}, true, "Refunded"},
	} {
		if got := pages.Badge(&test.order, test.doubted, time.Unix(100, 0)); got != test.badge {
			t.Errorf("%+v, doubted %v: %q, not %q", test.order, test.doubted, got, test.badge)
		}
	}
}

type reader = api.Profiles

// looks are the profiles of launches, by slug.
type looks struct {
	reader // only its method Profile is called
	of     map[string]profile.Profile
}

func (l looks) Profile(_ context.Context, slug string) (profile.Version, error) {
	return profile.Version{Profile: l.of[slug]}, nil
}

func TestAPreviewHasTheAccentAndNamesAMakerWhoIsNotTheOperator(t *testing.T) {
	s := &pages.Pages{Presenter: &api.Presenter{Chains: []*api.Chain{{}}, Profiles: looks{of: map[string]profile.Profile{"ping": {Accent: "#7a3cff"}}}}}
	own, err := pages.PreviewOf(t.Context(), s, &mint.Launch{Slug: "ping", Name: "Ping", Symbol: "PING"})
	if ink, wash := profile.Shades("#7a3cff"); err != nil || own.By != "" || own.Ink != ink || own.Wash != wash {
		t.Errorf("%v, %+v", err, own)
	}
	creator := common.HexToAddress("0x90F79bf6EB2c4f870365E785982E1f101E93b906")
	other, err := pages.PreviewOf(t.Context(), s, &mint.Launch{Slug: "pong", Name: "Pong", Symbol: "PONG", Creator: creator})
	if err != nil || !strings.Contains(other.By, "0x90F7") || !strings.Contains(other.By, "not by this server’s operator") || other.Ink != (color.RGBA{}) {
		t.Errorf("%v, %+v", err, other)
	}
}
