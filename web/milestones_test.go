package web_test

import (
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/web"
)

func TestAMilestoneIsReachedAtItsShareAndNotBefore(t *testing.T) {
	for sold, want := range map[int64]int{0: 0, 249: 0, 250: 1, 499: 1, 500: 2, 899: 3, 900: 4, 1000: 4} {
		var reached int
		for _, m := range (web.Launch{Sold: sold, Of: 1000}).Milestones() {
			if m.Reached {
				reached++
			}
		}
		if reached != want {
			t.Errorf("%d of 1000: %d milestones, want %d", sold, reached, want)
		}
	}
}

func TestEachOfTheLatestPayersIsShownOnce(t *testing.T) {
	var l web.Launch
	for _, payer := range []string{"0xAB", "0xCD", "0xAB", "0x1", "0x2", "0x3", "0x4", "0x5"} {
		l.Mints = append(l.Mints, web.Mint{Payer: web.Link{Text: payer}})
	}
	if got := l.Faces(); !slices.Equal(got, []string{"/avatars/0xab.svg", "/avatars/0xcd.svg", "/avatars/0x1.svg", "/avatars/0x2.svg", "/avatars/0x3.svg", "/avatars/0x4.svg"}) {
		t.Error(got)
	}
}

func TestAPageHasTheColourOfItsMakerOrOfItsSeal(t *testing.T) {
	token := web.Link{Text: "0x5FbDB2315678afecb367f032d93F642f64180aa3"} // its seal's hue is 313
	for want, l := range map[string]web.Launch{
		"accent-ae2991.css": {Token: token},
		"accent-123456.css": {Token: token, Look: web.Look{Accent: "#123456"}},
		"":                  {Token: token, Look: web.Look{Image: "/media/x.webp"}},
	} {
		if got := (web.Page{Launch: &l}).Theme(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAccountsHaveDifferentPictures(t *testing.T) {
	seen := map[string]bool{}
	for n := range byte(200) {
		seen[web.Avatar(common.Address{n})] = true
	}
	if len(seen) != 200 {
		t.Errorf("200 accounts have %d pictures", len(seen))
	}
	if picture := web.Avatar(common.Address{}); len(picture) > 12_000 {
		t.Errorf("a picture has %d bytes", len(picture))
	}
}
