package failpoint

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The files are read as text, because the ordinary build has no points.
func TestEveryPointThatIsPassedCanBeChosenAndTheOtherWayRound(t *testing.T) {
	read := func(file string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var passed, listed []string
	for _, m := range regexp.MustCompile(`armed\.around\("([a-z-]+)"\)`).FindAllStringSubmatch(read("store.go")+read("chain.go"), -1) {
		passed = append(passed, m[1])
	}
	_, list, _ := strings.Cut(read("failpoint.go"), "var methods = []string{")
	list, _, _ = strings.Cut(list, "\n}")
	for _, m := range regexp.MustCompile(`"([a-z-]+)"`).FindAllStringSubmatch(list, -1) {
		listed = append(listed, m[1])
	}
	slices.Sort(passed)
	slices.Sort(listed)
	if !slices.Equal(passed, listed) {
		t.Errorf("the methods pass the points\n%v\nand the list has\n%v", passed, listed)
	}
}
