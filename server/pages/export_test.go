package pages

import (
	"context"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/picture"
)

// Badge is what a receipt's picture says of an order.
func Badge(o *mint.Order, doubted bool, now time.Time) string {
	text, _ := badgeOf(o, doubted, now)
	return text
}

// PreviewOf is what the pictures of a launch have in common.
func PreviewOf(ctx context.Context, s *Pages, l *mint.Launch) (picture.Preview, error) {
	return s.previewOf(ctx, l)
}
