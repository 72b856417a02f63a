package pages

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/gofiber/fiber/v2"
	"github.com/piglig/go-qr"

	"github.com/mint402/mint402/server/api"
)

// launchQR answers with the QR code of a launch's page, and receiptQR with that of a receipt. The
// ending of the path chooses SVG or PNG; campaign parameters are part of the coded link.
func (s Sharing) launchQR(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if err != nil {
		return err
	}
	return s.sendQR(c, "/l/"+l.Slug)
}

// receiptQR: see launchQR.
func (s Sharing) receiptQR(c *fiber.Ctx) error {
	_, o, err := s.Presenter.OrderOf(c)
	if err != nil {
		return err
	}
	return s.sendQR(c, "/r/"+o.ID.String())
}

const (
	quiet     = 4   // modules of the empty border that scanners need
	minQRSize = 800 // pixels of a PNG
)

func (s Sharing) sendQR(c *fiber.Ctx, path string) error {
	code, err := go_qr.EncodeText(s.Presenter.PublicURL+path+api.Campaign(c), go_qr.Medium)
	if err != nil {
		return fmt.Errorf("draw QR code: %w", err)
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	if bytes.HasSuffix(c.Request().URI().Path(), []byte(".svg")) {
		c.Set(fiber.HeaderContentType, "image/svg+xml")
		return compressed(c, qrSVG(code))
	}
	body, err := qrPNG(code)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/png")
	return c.Send(body)
}

// qrSVG draws a code in black on white, whatever the theme: scanners expect it so.
func qrSVG(code *go_qr.QrCode) []byte {
	var b bytes.Buffer
	n := code.Size()
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="`, n+2*quiet, n+2*quiet)
	for y := range n {
		for x := 0; x < n; x++ {
			run := 0
			for ; x+run < n && code.Module(x+run, y); run++ {
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%[3]dz", x+quiet, y+quiet, run)
				x += run
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}

func qrPNG(code *go_qr.QrCode) ([]byte, error) {
	modules := code.Size() + 2*quiet
	scale := (minQRSize + modules - 1) / modules
	img := image.NewPaletted(image.Rect(0, 0, modules*scale, modules*scale), color.Palette{color.White, color.Black})
	for y := range modules * scale {
		for x := range modules * scale {
			if code.Module(x/scale-quiet, y/scale-quiet) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
