package languages

import (
	"strconv"
	"strings"
	"time"
)

// separators has the characters for thousands and decimals of languages that do not write
// 1,234.5. They are those of CLDR, which scripts use through Intl.
var separators = map[Language][2]string{
	"es": {".", ","}, "pt": {".", ","}, "fr": {"\u202f", ","}, "de": {".", ","}, "tr": {".", ","}, "vi": {".", ","}, "id": {".", ","},
}

// Number returns a figure with the separators of the language. It takes "1,234.5" and "1234".
func (l Language) Number(figure string) string {
	s, ok := separators[l]
	if !ok {
		return figure
	}
	return strings.NewReplacer(",", s[0], ".", s[1]).Replace(figure)
}

// Percent returns a share in percent.
func (l Language) Percent(n int64) string { return l.Share(strconv.FormatInt(n, 10)) }

// Share returns a share in percent, which is a figure such as "12.3".
func (l Language) Share(percent string) string {
	text := l.Number(percent)
	switch l {
	case "tr":
		return "%" + text
	case "de", "es", "fr":
		return text + "\u00a0%"
	}
	return text + "%"
}

// Comma returns what stands between the parts of a list.
func (l Language) Comma() string {
	switch l {
	case "ja":
		return "、"
	case "zh":
		return "，"
	}
	return ", "
}

// dates has each language's form of a date, and months the names that it takes.
var (
	dates = map[Language]string{English: "D M Y", "es": "D de M de Y", "pt": "D de M de Y", "fr": "D M Y", "de": "D. M Y", "tr": "D M Y",
		"vi": "D M, Y", "id": "D M Y", "ko": "Y년 M D일", "ja": "Y年MD日", "zh": "Y年MD日"}
	months = map[Language][]string{
		English: split("January February March April May June July August September October November December"),
		"es":    split("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
		"pt":    split("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
		"fr":    split("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
		"de":    split("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
		"tr":    split("Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"),
		"id":    split("Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"),
		"vi":    numbered("tháng ", ""), "ko": numbered("", "월"), "ja": numbered("", "月"), "zh": numbered("", "月"),
	}
)

func split(names string) []string { return strings.Fields(names) }

func numbered(before, after string) (all []string) {
	for n := 1; n <= 12; n++ {
		all = append(all, before+strconv.Itoa(n)+after)
	}
	return all
}

// Date returns a time in UTC with its date: "2 January 2006, 15:04 UTC".
func (l Language) Date(t time.Time) string {
	t = t.UTC()
	comma := ", "
	if l == "ko" || l == "ja" || l == "zh" {
		comma = " "
	}
	var b strings.Builder
	for _, c := range dates[l] {
		switch c {
		case 'D':
			b.WriteString(strconv.Itoa(t.Day()))
		case 'M':
			b.WriteString(months[l][t.Month()-1])
		case 'Y':
			b.WriteString(strconv.Itoa(t.Year()))
		default:
			b.WriteRune(c)
		}
	}
	return b.String() + comma + l.Clock(t)
}

// Clock returns a time of day in UTC.
func (l Language) Clock(t time.Time) string { return t.UTC().Format("15:04 UTC") }
