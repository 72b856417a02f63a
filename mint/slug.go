package mint

import (
	"regexp"
)

// SlugPattern is the form of a launch's slug: 1 to 32 of a-z, 0-9 and -, not beginning
// with -. A slug is part of URLs and file names.
const SlugPattern = `^[a-z0-9][a-z0-9-]{0,31}$`

var slugPattern = regexp.MustCompile(SlugPattern)

// ValidSlug reports whether s has the form of a slug; see [SlugPattern].
func ValidSlug(s string) bool { return slugPattern.MatchString(s) }
