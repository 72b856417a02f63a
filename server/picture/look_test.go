package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/mint402/mint402/server/picture"
)

// drawn draws a preview, and returns its points and the size of its file.
func drawn(t *testing.T, p picture.Preview) (image.Image, int) {
	t.Helper()
	p.Name, p.Symbol, p.Badge, p.Tone, p.Percent, p.Permille = "Ping", "PING", "Open", picture.Good, "50%", 500
	body, err := p.PNG()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return img, len(body)
}

// photo is a PNG of 256 pixels with a gradient: opaque in the middle, as high as high.
func photo(t *testing.T, high int) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 256, 256))
	for y := 128 - high/2; y < 128+high/2; y++ {
		for x := range 256 {
			img.Set(x, y, color.NRGBA{uint8(x), uint8(y), uint8(255 - x), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAPreviewHasTheLaunchsAccentAndItsPhotoInAllColours(t *testing.T) {
	purple := color.RGBA{0x60, 0x30, 0xd0, 0xff}
	plain, _ := drawn(t, picture.Preview{})
	img, size := drawn(t, picture.Preview{Ink: purple, Wash: color.RGBA{0xe5, 0xdf, 0xf2, 0xff}, Art: photo(t, 256)})
	for what, at := range map[string]image.Point{"the bar": {300, 474}, "the frame": {600, 33}} {
		if got := color.RGBAModel.Convert(img.At(at.X, at.Y)); got != purple {
			t.Errorf("%s is %v", what, got)
		}
		if got := color.RGBAModel.Convert(plain.At(at.X, at.Y)); got == purple {
			t.Errorf("%s is %v without an accent", what, got)
		}
	}
	colours := map[color.Color]bool{}
	for x := range 1200 {
		for y := range 630 {
			colours[img.At(x, y)] = true
		}
	}
	if len(colours) < 2000 || size > 300<<10 {
		t.Errorf("%d colours in %d bytes", len(colours), size)
	}
	tall, _ := drawn(t, picture.Preview{Ink: purple, Art: photo(t, 256), Tall: true})
	if tall.Bounds() != image.Rect(0, 0, 1200, 800) || color.RGBAModel.Convert(tall.At(300, 474+85)) != purple {
		t.Errorf("%v", tall.Bounds())
	}
}

func TestAPictureThatIsNotSquareIsShownWhole(t *testing.T) {
	const x, y = 984, 288 // the middle of the picture
	img, _ := drawn(t, picture.Preview{Art: photo(t, 80)})
	card := img.At(x, y-60)
	for _, dx := range []int{-115, 0, 115} { // its ends are not cut by a circle
		if img.At(x+dx, y+30) == card || img.At(x+dx, y-30) == card {
			t.Errorf("nothing is drawn at %d", dx)
		}
	}
	if img.At(x, y+60) != card || img.At(x+110, y+60) != card {
		t.Error("something is drawn around it")
	}
	empty, _ := drawn(t, picture.Preview{Art: photo(t, 0)})
	if seal, _ := drawn(t, picture.Preview{}); empty.At(x, y) != seal.At(x, y) {
		t.Error("an empty picture hides the seal")
	}
}
