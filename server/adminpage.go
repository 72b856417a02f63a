package server

import "github.com/gofiber/fiber/v2"

// adminData is passed to the script of the dashboard's page.
type adminData struct {
	PublicURL    string      `json:"publicUrl"`
	Network      networkData `json:"network"`
	Configured   bool        `json:"configured"`
	Demo         bool        `json:"demo"`
	Version      string      `json:"version"`
	DemoOwnerKey string      `json:"demoOwnerKey,omitempty"`
}

// adminPage shows the dashboard's page, which is the same for every visitor. If the
// dashboard is off, it says how to turn it on.
func (s *Server) adminPage(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderCookie, fiber.HeaderOrigin)
	p := s.frame()
	data := adminData{PublicURL: s.PublicURL, Network: s.networkData(), Demo: s.Demo, Version: s.Version}
	if s.Admin != nil {
		data.Configured = len(s.Admin.Wallets) > 0
		if s.Demo {
			data.DemoOwnerKey = s.Admin.OwnerKey
		}
	}
	p.Admin, p.Data = true, data
	return s.render(c, fiber.StatusOK, p)
}
