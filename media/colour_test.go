package media_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/mint402/mint402/media"
)

func TestAPicturesColourIsTheOneThatStandsOut(t *testing.T) {
	white, grey, red, blue := color.NRGBA{255, 255, 255, 255}, color.NRGBA{120, 120, 120, 255}, color.NRGBA{200, 30, 40, 255}, color.NRGBA{20, 60, 190, 255}
	for _, one := range []struct {
		want  string
		parts []color.NRGBA // of equal width, from the left
	}{
		{"#c81e28", []color.NRGBA{white, white, white, red}},
		{"#143cbe", []color.NRGBA{red, blue, blue, {}}},
		{"", []color.NRGBA{white, grey}},
		{"", []color.NRGBA{{}}},
	} {
		img := image.NewNRGBA(image.Rect(0, 0, 80, 80))
		for i := range 80 * 80 {
			img.SetNRGBA(i%80, i/80, one.parts[i%80*len(one.parts)/80])
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		set, err := media.Picture(b.Bytes(), media.Logo)
		if err != nil || set.Colour != one.want {
			t.Errorf("%v: %q, %v, want %q", one.parts, set.Colour, err, one.want)
		}
	}
}
