package pages

import (
	"strings"
	"testing"

	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/web/languages"
)

func TestTheShareOfTheTenLargestSaysHowMuchIsKnown(t *testing.T) {
	for state, want := range map[people.HoldersState]string{
		people.HoldersKnown:      "have 40% of the supply, as of block 7",
		people.HoldersReading:    "Newer transfers are still being read",
		people.HoldersIncomplete: "is incomplete",
	} {
		for _, in := range languages.All() {
			text := topTen(in, people.TopTen{State: state, Share: "40", Block: 7})
			if !strings.Contains(text, "40") || !strings.Contains(text, "7") || strings.Contains(text, "{") || in == languages.English && !strings.Contains(text, want) {
				t.Errorf("%s: %q", in.Code(), text)
			}
		}
	}
	if text := topTen(languages.English, people.TopTen{State: people.HoldersUnknown}); text != "" {
		t.Errorf("a share that is not known: %q", text)
	}
}
