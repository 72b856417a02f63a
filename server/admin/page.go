package admin

import (
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
)

// pageData is passed to the script of the dashboard's page.
type pageData struct {
	PublicURL string          `json:"publicUrl"`
	Network   api.NetworkData `json:"network"` // the first
	// Networks are all, if there are several.
	Networks     []api.NetworkData `json:"networks,omitempty"`
	Configured   bool              `json:"configured"`
	OpenLaunches bool              `json:"openLaunches"` // any wallet may sign in, for its own launches
	Demo         bool              `json:"demo"`
	Version      string            `json:"version"`
	DemoOwnerKey string            `json:"demoOwnerKey,omitempty"`
}

// page shows the dashboard's page, which is the same for every visitor. If the dashboard
// is off, it says how to turn it on.
func (d *Dashboard) page(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderCookie, fiber.HeaderOrigin)
	p := d.Presenter
	data := pageData{PublicURL: p.PublicURL, Network: p.NetworkData(p.Chains[0]), Configured: d.on(), OpenLaunches: d.Creators != nil, Demo: p.Demo, Version: p.Version}
	if len(p.Chains) > 1 {
		for _, on := range p.Chains {
			data.Networks = append(data.Networks, p.NetworkData(on))
		}
	}
	if p.Demo {
		data.DemoOwnerKey = d.OwnerKey
	}
	return d.host.DashboardPage(c, data)
}
