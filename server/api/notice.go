package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
)

// Notice is a message for the people who run a server.
type Notice struct {
	Title  string // one line
	Text   string // may be empty
	URL    string // where to look; may be empty
	Urgent bool   // a person has to act
}

// NewNotice returns the message about a change. For a launch that is not sold it has the
// faults of now.
func NewNotice(ctx context.Context, p *Presenter, c mint.Change) Notice {
	n := Notice{URL: p.PublicURL + "/l/" + c.Launch}
	name := c.Launch
	l, err := p.Reader.Launch(ctx, c.Launch)
	if err == nil {
		name = fmt.Sprintf("%s (%s)", l.Symbol, c.Launch)
	}
	switch c.Type {
	case mint.LaunchOpened:
		n.Title, n.Text = name+" is on sale", "If it was reported before: that is over."
	case mint.LaunchSoldOut:
		n.Title = name + " is sold out"
		if err == nil {
			n.Text = fmt.Sprintf("The whole supply is sold: %s, for %s %s.", amount.Plural(l.Cap, "mint"), l.Asset.Format(l.Total(l.Cap)), l.Asset.Symbol)
		}
	case mint.LaunchClosed:
		n.Title = name + " is closed"
		if c.State == mint.State(mint.StandingDelisted) {
			n.Title = name + " was taken off sale"
		}
	case mint.LaunchPaused:
		n.Title, n.Text = name+" is paused", "Its owner or the asset's issuer paused it. Nothing is sold until that ends."
	case mint.LaunchNeedsAttention:
		n.Title, n.Urgent = name+" needs attention", true
		n.Text = "A fault has kept this server from selling it for 2 minutes. " + faultText(p.Of(&l).Engine.Faults(c.Launch))
		n.URL = p.PublicURL + "/readyz?launch=" + c.Launch
	case mint.OrderNeedsAttention:
		n.Title, n.Urgent = "a payment of "+name+" needs attention", true
		n.Text = "The launch has its money, and this server can neither mint for it nor return it. The dashboard lists all such payments."
		n.URL = p.PublicURL + "/orders/" + c.Order.String()
	}
	return n
}

// faultText returns at most three faults, or that there is none any more.
func faultText(faults []mint.Fault) string {
	var all []string
	for _, f := range faults[:min(len(faults), 3)] {
		all = append(all, f.Code+": "+f.Detail)
	}
	if len(all) == 0 {
		return "Now it has no fault."
	}
	return strings.Join(all, "; ")
}
