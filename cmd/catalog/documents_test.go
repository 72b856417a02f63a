package catalog

import "testing"

func TestATemplateHasThePathsThatDifferOnlyInItsParameters(t *testing.T) {
	for _, c := range []struct {
		template, path string
		fits           bool
	}{
		{"/launches/{slug}/mint", "/launches/ping/mint", true},
		{"/launches/{slug}/mint", "/launches/ping/pay", false},
		{"/launches/{slug}/mint", "/launches//mint", false},
		{"/launches/{slug}/mint", "/launches/ping", false},
		{"/{shop}/mint/{slug}/mint", "/a/mint/b/mint", true},
		{"/{shop}/mint/{slug}/mint", "/a/mint/b/pay", false}, // a part that is there twice
		{"/mint", "/mint", true},
	} {
		if fits(c.template, c.path) != c.fits {
			t.Errorf("%s, %s: %t", c.template, c.path, !c.fits)
		}
	}
}
