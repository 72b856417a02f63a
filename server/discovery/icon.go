package discovery

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	scale "golang.org/x/image/draw"
)

// iconPath is where catalogues find the icon; /favicon.ico is a smaller one.
const (
	iconPath    = "/icon.png"
	iconSize    = 256 // pixels
	faviconSize = 48
	// The pictures of a Farcaster mini app have fixed sizes.
	appIconPath, appIconSize = "/icon-1024.png", 1024
	splashPath, splashSize   = "/splash.png", 200
	samples                  = 4 // in each direction of a pixel
)

// drawIcon returns the seal of the pages' icon as a PNG: a green disk with a scalloped
// edge and a white "=", on a field of 32 by 32 as in icon.svg.
func drawIcon(size int) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			var ink, white float64
			for i := range samples * samples {
				at := func(p, i int) float64 { return 32 * (float64(p) + (float64(i)+0.5)/samples) / float64(size) }
				px, py := at(x, i%samples), at(y, i/samples)
				if onSeal(px, py) {
					ink++
					white += whiteness(px, py)
				}
			}
			if ink > 0 {
				mix := func(c uint8) uint8 { return uint8(math.Round(float64(c) + (255-float64(c))*white/ink)) }
				img.SetNRGBA(x, y, color.NRGBA{mix(0x0a), mix(0x6b), mix(0x49), uint8(math.Round(255 * ink / (samples * samples)))})
			}
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // writes to memory
	return b.Bytes()
}

// drawAppIcon returns the same on paper: an app's icon may not be transparent. It is drawn once and
// enlarged, which takes a quarter of the time and is as sharp as lists of apps show it.
func drawAppIcon() []byte {
	small, err := png.Decode(bytes.NewReader(drawIcon(appIconSize / 2)))
	if err != nil {
		panic(err) // it was just encoded
	}
	img := image.NewRGBA(image.Rect(0, 0, appIconSize, appIconSize))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{0xf5, 0xf4, 0xee, 0xff}), image.Point{}, draw.Src)
	scale.CatmullRom.Scale(img, img.Bounds(), small, small.Bounds(), scale.Over, nil)
	var b bytes.Buffer
	_ = png.Encode(&b, img) // writes to memory
	return b.Bytes()
}

// onSeal reports whether a point is within the scalloped edge: 14 arcs of radius 3.3
// around a disk.
func onSeal(x, y float64) bool {
	const arcs, radius, distance, disk = 14, 3.3, 11.95, 13.0
	dx, dy := x-16, y-16
	r := math.Hypot(dx, dy)
	if r < disk {
		return true
	}
	turn := 2 * math.Pi / arcs
	angle := (math.Floor(math.Atan2(dx, -dy)/turn) + 0.5) * turn
	return math.Hypot(dx-distance*math.Sin(angle), dy+distance*math.Cos(angle)) < radius
}

// whiteness is 1 on the two bars, and less on the ring.
func whiteness(x, y float64) float64 {
	for _, bar := range []float64{13.4, 18.6} {
		if math.Hypot(x-min(max(x, 10.8), 21.2), y-bar) < 1.45 {
			return 1
		}
	}
	if math.Abs(math.Hypot(x-16, y-16)-10.6) < 0.45 {
		return 0.45
	}
	return 0
}

// ico wraps a PNG as an icon file of one picture.
func ico(picture []byte, size int) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, struct {
		Reserved, Type, Count       uint16
		Width, Height, Colors, Zero uint8
		Planes, Bits                uint16
		Bytes, Offset               uint32
	}{Type: 1, Count: 1, Width: uint8(size), Height: uint8(size), Planes: 1, Bits: 32, Bytes: uint32(len(picture)), Offset: 22})
	b.Write(picture)
	return b.Bytes()
}
