package server

import "github.com/gofiber/fiber/v2"

// adminData is what the dashboard's page tells its script.
type adminData struct {
	PublicURL    string      `json:"publicUrl"`
	Network      networkData `json:"network"`
	Configured   bool        `json:"configured"`
	Demo         bool        `json:"demo"`
	Version      string      `json:"version"`
	DemoOwnerKey string      `json:"demoOwnerKey,omitempty"`
}

// adminPage is the same for everybody; it says how to turn the dashboard on where
// it is off.
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
