package pages

import (
	"time"

	"github.com/mint402/mint402/mint"
)

// Badge is what a receipt's picture says of an order.
func Badge(o *mint.Order, doubted bool, now time.Time) string {
	text, _ := badgeOf(o, doubted, now)
	return text
}
