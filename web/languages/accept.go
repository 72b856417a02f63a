package languages

import (
	"strconv"
	"strings"
)

// maxAccepted is how many bytes of an Accept-Language header are read. Browsers send less than 200.
const maxAccepted = 1000

// Accepted returns the language that an Accept-Language header prefers: the one with the
// highest weight, the first of equal ones. Without one that we have, it is English. Parts
// that cannot be read are ignored.
func Accepted(header string) Language {
	best, most := English, 0.0
	for part := range strings.SplitSeq(header[:min(len(header), maxAccepted)], ",") {
		tag, rest, _ := strings.Cut(part, ";")
		weight := 1.0
		if rest = strings.TrimSpace(rest); rest != "" {
			var err error
			name, value, _ := strings.Cut(rest, "=")
			if weight, err = strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil || strings.TrimSpace(strings.ToLower(name)) != "q" || !(weight >= 0 && weight <= 1) {
				continue
			}
		}
		code, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if code == "in" {
			code = "id" // the code of before 1989, which some devices send
		}
		if l, ok := Find(code); ok && weight > most {
			best, most = l, weight
		}
	}
	return best
}
