package people

import "testing"

// TestAShareIsRoundedAndOnlyTheWholeIsAHundredPercent holds for the lists of addresses and their
// files: two of three parts are 66.7%, and all but one of a million are not everything.
func TestAShareIsRoundedAndOnlyTheWholeIsAHundredPercent(t *testing.T) {
	for _, one := range []struct {
		part, whole int64
		want        string
	}{{0, 3, "0"}, {1, 3, "33.3"}, {2, 3, "66.7"}, {1, 6, "16.7"}, {1, 2, "50"}, {999_999, 1_000_000, "99.9"}, {3, 3, "100"}, {1, 0, "0"}} {
		if got := Percent(one.part, one.whole); got != one.want {
			t.Errorf("%d of %d is %q, want %q", one.part, one.whole, got, one.want)
		}
	}
}
