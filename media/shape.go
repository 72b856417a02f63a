package media

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

// Shape says in which sizes a picture is needed.
type Shape struct {
	Name     string
	variants []variant
}

// variant is one size of a picture.
type variant struct {
	name          string
	width, height int
	fill          bool // cut what does not fit, rather than leave edges transparent
}

var (
	// Logo is for the picture of a token: "32" and "256" are squares for token lists,
	// wallets and the preview pictures of links, "512" and "1024" for pages.
	Logo = Shape{"logo", []variant{{"32", 32, 32, false}, {"256", 256, 256, false}, {"512", 512, 512, false}, {"1024", 1024, 1024, false}}}
	// Banner is for the wide picture at the top of a page. "banner" is for desks, "small"
	// for phones.
	Banner = Shape{"banner", []variant{{"banner", 1500, 500, true}, {"small", 750, 250, true}}}
)

func (s Shape) longest() (n int) {
	for _, v := range s.variants {
		n = max(n, v.width, v.height)
	}
	return n
}

// jpegQuality is for pictures without transparent pixels that are large as PNG.
const jpegQuality = 88

// file draws the picture in this size and encodes it. Small sizes are PNG, since wallets
// expect it; a large one is a JPEG if that is smaller and nothing is transparent.
func (v variant) file(src image.Image) (File, error) {
	dst := image.NewNRGBA(image.Rect(0, 0, v.width, v.height))
	from, to := src.Bounds(), dst.Bounds()
	if v.fill {
		from = inner(from, v.width, v.height)
	} else {
		to = inner(to, from.Dx(), from.Dy())
	}
	draw.CatmullRom.Scale(dst, to, src, from, draw.Src, nil)
	f := File{Variant: v.name, Type: "image/png", Width: v.width, Height: v.height}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, dst); err != nil {
		return File{}, err
	}
	f.Body = b.Bytes()
	if v.width > 256 && dst.Opaque() {
		var j bytes.Buffer
		if err := jpeg.Encode(&j, dst, &jpeg.Options{Quality: jpegQuality}); err != nil {
			return File{}, err
		}
		if j.Len() < b.Len() {
			f.Type, f.Body = "image/jpeg", j.Bytes()
		}
	}
	f.Hash = HashOf(f.Body)
	return f, nil
}

// inner returns the largest rectangle within r that has the proportions of width to height,
// in the middle of r.
func inner(r image.Rectangle, width, height int) image.Rectangle {
	w, h := r.Dx(), r.Dx()*height/width
	if h > r.Dy() {
		w, h = r.Dy()*width/height, r.Dy()
	}
	w, h = max(w, 1), max(h, 1)
	at := r.Min.Add(image.Pt((r.Dx()-w)/2, (r.Dy()-h)/2))
	return image.Rectangle{at, at.Add(image.Pt(w, h))}
}

// turned is a picture as a camera held in another way sees it: EXIF's orientation, 1 to 8.
type turned struct {
	image.Image
	orientation int
}

// Bounds implements image.Image.
func (t turned) Bounds() image.Rectangle {
	b := t.Image.Bounds()
	if t.orientation >= 5 {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

// At implements image.Image.
func (t turned) At(x, y int) color.Color {
	b := t.Image.Bounds()
	w, h := b.Dx()-1, b.Dy()-1
	switch t.orientation {
	case 2:
		x = w - x
	case 3:
		x, y = w-x, h-y
	case 4:
		y = h - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-x
	case 7:
		x, y = w-y, h-x
	case 8:
		x, y = w-y, x
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}
