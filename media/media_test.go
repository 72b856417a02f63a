package media_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/media"
)

// painted returns a picture whose left half is red and right half is blue.
func painted(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{200, 20, 20, 255}
			if x >= w/2 {
				c = color.NRGBA{20, 20, 200, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func pngOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// svg returns a drawing of 10 by 10 with some content.
func svg(content string) []byte {
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">` + content + `</svg>`)
}

// refused returns the reason why data is no picture.
func refused(t *testing.T, data []byte) string {
	t.Helper()
	began := time.Now()
	_, err := media.Picture(data, media.Logo)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("refused after %s", took)
	}
	var why *media.InvalidError
	if !errors.As(err, &why) {
		t.Errorf("not refused as invalid: %v", err)
		return ""
	}
	return why.Reason
}

func TestAPictureIsServedInEverySizeThatIsAskedFor(t *testing.T) {
	for name, data := range map[string][]byte{
		"png": pngOf(t, painted(300, 300)), "jpeg": jpegOf(t, painted(300, 300)),
		"svg": svg(`<rect width="5" height="10" fill="#c81414"/><rect x="5" width="5" height="10" fill="#1414c8"/>`),
	} {
		set, err := media.Picture(data, media.Logo)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if set.Format != name || set.Animated || len(set.Files) != 4 {
			t.Errorf("%s: %+v", name, set)
		}
		for _, f := range set.Files {
			img, kind, err := image.Decode(bytes.NewReader(f.Body))
			if err != nil || "image/"+kind != f.Type || img.Bounds() != image.Rect(0, 0, f.Width, f.Height) || media.HashOf(f.Body) != f.Hash {
				t.Errorf("%s %s: %s %v, %v", name, f.Variant, kind, img.Bounds(), err)
			}
			left, _, _, _ := img.At(f.Width/4, f.Height/2).RGBA()
			_, _, right, _ := img.At(3*f.Width/4, f.Height/2).RGBA()
			if left>>8 < 180 || right>>8 < 180 {
				t.Errorf("%s %s: the left is %d red and the right %d blue", name, f.Variant, left>>8, right>>8)
			}
		}
		if small := set.Files[0]; small.Variant != "32" || small.Width != 32 || small.Type != "image/png" {
			t.Errorf("%s: the first size is %s", name, small.Variant)
		}
	}
}

func TestALogoThatIsNotSquareKeepsItsProportions(t *testing.T) {
	set, err := media.Picture(pngOf(t, painted(400, 100)), media.Logo)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(set.Files[1].Body))
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, above := img.At(128, 20).RGBA()
	_, _, _, middle := img.At(128, 128).RGBA()
	if above != 0 || middle != 0xffff {
		t.Errorf("the edge is %d opaque and the middle %d", above, middle)
	}
}

func TestAnAnimationShowsItsFirstFrameAndSaysSo(t *testing.T) {
	frame := func(c color.Color) *image.Paletted {
		img := image.NewPaletted(image.Rect(0, 0, 40, 40), color.Palette{c, color.Black})
		return img
	}
	var b, still bytes.Buffer
	red, blue := color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 255, 255}
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame(red), frame(blue)}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := gif.EncodeAll(&still, &gif.GIF{Image: []*image.Paletted{frame(red)}, Delay: []int{0}}); err != nil {
		t.Fatal(err)
	}
	set, err := media.Picture(b.Bytes(), media.Logo)
	if err != nil || !set.Animated {
		t.Fatalf("%t, %v", set.Animated, err)
	}
	img, _, _ := image.Decode(bytes.NewReader(set.Files[1].Body))
	if r, _, blue, _ := img.At(100, 100).RGBA(); r>>8 != 255 || blue != 0 {
		t.Errorf("the frame is %d red and %d blue", r, blue)
	}
	if set, err := media.Picture(still.Bytes(), media.Logo); err != nil || set.Animated {
		t.Errorf("one frame: %t, %v", set.Animated, err)
	}
}

// chunk is a part of a PNG.
func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// claimed is a PNG that says how large it is, with nearly no data.
func claimed(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	var z bytes.Buffer
	zw := zlib.NewWriter(&z)
	_, _ = zw.Write(make([]byte, 1<<20))
	zw.Close()
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 6, 0, 0, 0)), chunk("IDAT", z.Bytes()), chunk("IEND", nil)}, nil)
}

func TestAPictureOfFiftyMegapixelsIsRefusedBeforeItIsDecoded(t *testing.T) {
	for _, size := range [][2]uint32{{8000, 6250}, {50_000, 50_000}, {1 << 30, 1 << 30}, {17_000, 10}} {
		if why := refused(t, claimed(size[0], size[1])); !strings.Contains(why, "pixels") && !strings.Contains(why, "damaged") {
			t.Errorf("%v: %s", size, why)
		}
	}
	if why := refused(t, claimed(0, 5)); why == "" {
		t.Error("no width")
	}
}

func TestBombsAreRefused(t *testing.T) {
	scans := jpegOf(t, painted(64, 64))
	scans = append(scans[:len(scans)-2], bytes.Repeat([]byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0}, 100)...)
	for name, one := range map[string]struct {
		data []byte
		want string
	}{
		"a PNG of one million pixels that ends early": {claimed(1000, 1000)[:200], "damaged"},
		"too many bytes": {append(pngOf(t, painted(4, 4)), make([]byte, media.MaxBytes)...), "larger than 4 MiB"},
		"no bytes":       {nil, "is empty"},
		"text":           {[]byte("hello"), "is not a PNG"},
		"a page":         {[]byte("<!doctype html><script>1</script>"), "document type"},
		"another page":   {[]byte("<html><body>1</body></html>"), "is not a PNG"},
		"a script":       {[]byte("GIF89a=1;alert(1)//"), "pixels"},
		"a JPEG that goes over its pixels again and again": {scans, "scans"},
		"a WebP that moves": {[]byte("RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x01\x00\x00"), "animated WebP"},
		"a WebP that ends":  {[]byte("RIFF\x20\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00"), "damaged"},
	} {
		if why := refused(t, one.data); !strings.Contains(why, one.want) {
			t.Errorf("%s: %s, want %s", name, why, one.want)
		}
	}
}

func TestWhatIsHiddenInAPictureIsNotServed(t *testing.T) {
	const hidden = `<script>alert(1)</script>PK\x03\x04 GPS 52.5N`
	whole := pngOf(t, painted(64, 64))
	withText := bytes.Join([][]byte{whole[:33], chunk("tEXt", []byte("Comment\x00"+hidden)), whole[33:], []byte(hidden)}, nil)
	photo := jpegOf(t, painted(64, 64))
	withComment := bytes.Join([][]byte{photo[:2], {0xff, 0xfe, 0, byte(2 + len(hidden))}, []byte(hidden), photo[2:], []byte(hidden)}, nil)
	for name, data := range map[string][]byte{"png": withText, "jpeg": withComment} {
		set, err := media.Picture(data, media.Logo)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range set.Files {
			if bytes.Contains(f.Body, []byte("script")) || bytes.Contains(f.Body, []byte("GPS")) {
				t.Errorf("%s %s has the hidden text", name, f.Variant)
			}
		}
	}
}

func TestAPhotographIsTurnedAsItsMetadataSays(t *testing.T) {
	photo := jpegOf(t, painted(200, 100)) // red on the left
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00")
	turned := bytes.Join([][]byte{photo[:2], {0xff, 0xe1, 0, byte(2 + len(exif))}, exif, photo[2:]}, nil)
	set, err := media.Picture(turned, media.Logo)
	if err != nil {
		t.Fatal(err)
	}
	img, _, _ := image.Decode(bytes.NewReader(set.Files[1].Body))
	top, _, _, _ := img.At(128, 40).RGBA()
	_, _, below, _ := img.At(128, 220).RGBA()
	if top>>8 < 180 || below>>8 < 180 {
		t.Errorf("orientation 6: the top is %d red, the bottom %d blue", top>>8, below>>8)
	}
}

func TestAnSVGThatIsMoreThanADrawingIsRefused(t *testing.T) {
	for content, want := range map[string]string{
		`<script>alert(1)</script>`:                                                   "<script>",
		`<rect width="1" height="1" onload="alert(1)"/>`:                              "onload",
		`<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>`: "<foreignObject>",
		`<image xlink:href="https://evil.example/x.png"/>`:                            "<image>",
		`<use href="#a"/>`: "<use>",
		`<rect fill="url(https://evil.example/x.svg#a)" width="1" height="1"/>`:   "another file",
		`<rect style="fill:url( 'https://evil.example' )" width="1" height="1"/>`: "another file",
		`<linearGradient xlink:href="http://evil.example/#a"/>`:                   "refers to",
		`<style>@import url(https://evil.example/x.css);</style>`:                 "style",
		`<defs><style>.a{fill:url(//evil.example/x)}</style></defs>`:              "another file",
		`<animate attributeName="href" to="javascript:alert(1)"/>`:                "<animate>",
		`<a href="javascript:alert(1)"><rect/></a>`:                               "<a>",
		`<text>hello</text>`:         "<text>",
		`<path d="M0 0L1e30 1e30"/>`: "far outside",
		`<rect style="fill:#123456;stroke-width:1e30" width="1" height="1"/>`:           "far outside",
		`<path stroke-dasharray="0.00001" d="M0 0L1000 1000"/>`:                         "dashed",
		`<g transform="scale(90)"><g transform="scale(90)"><path d="M0 0h9"/></g></g>`:  "enlarges",
		strings.Repeat("<g>", 40) + strings.Repeat("</g>", 40):                          "nested",
		strings.Repeat(`<path d="M0 0"/>`, 5001):                                        "elements",
		`<path d="` + strings.Repeat("L1 1", 25_001) + `"/>`:                            "numbers",
		`<evil:script xmlns:evil="http://www.w3.org/1999/xhtml">alert(1)</evil:script>`: "<script>",
		`<path d="M0 0L1 1" fill="none" stroke="javascript:alert(1)"/>`:                 "another file",
		`<rect width="1"`:         "cannot be read",
		`<path d="M Z 5 Q Q Q"/>`: "cannot be drawn",
	} {
		if why := refused(t, svg(content)); !strings.Contains(why, want) {
			t.Errorf("%.80s: %s, want %s", content, why, want)
		}
	}
	for _, whole := range []string{
		`<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><svg viewBox="0 0 1 1"><title>&b;</title></svg>`,
		`<?xml-stylesheet href="https://evil.example/x.css"?><svg viewBox="0 0 1 1"/>`,
		`<svg viewBox="0 0 1e9 1"/>`, `<svg viewBox="0 0 NaN 1"/>`, `<svg/>`, `<svg viewBox="0 0 1000 1"/>`, `<svg viewBox="0 0 1 1"><svg/></svg>`,
		`<svg viewBox="0 0 1 1">` + strings.Repeat(" ", 256<<10) + `</svg>`,
	} {
		if why := refused(t, []byte(whole)); why == "" {
			t.Errorf("%.80s was accepted", whole)
		}
	}
}

func TestAWorstAllowedSVGIsDrawnInSeconds(t *testing.T) {
	var b strings.Builder
	for range 1000 {
		b.WriteString(`<path stroke="#000" stroke-width="9" stroke-linejoin="round" d="M0 0C190 190 -190 190 9 9C-190 190 190 -190 0 0z"/>`)
	}
	b.WriteString(`<path stroke="#000" stroke-width="9" stroke-linejoin="round" d="M0 0` + strings.Repeat("C190 190-190 190 9 9", 4000) + `"/>`)
	began := time.Now()
	_, err := media.Picture(svg(`<g transform="scale(49)">`+b.String()+`</g>`), media.Logo)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("%v, after %s", err, took)
	} else {
		t.Log(err, took)
	}
}

func FuzzPicture(f *testing.F) {
	f.Add(svg(`<path d="M0 0L1 1"/>`))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	f.Add(claimed(3, 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := media.Picture(data, media.Logo)
		var why *media.InvalidError
		if err != nil && !errors.As(err, &why) || err == nil && len(set.Files) != 4 {
			t.Errorf("%v, %d files", err, len(set.Files))
		}
	})
}

func TestAnSVGOfAnExtremeSizeIsRefusedWithTheSize(t *testing.T) {
	for whole, want := range map[string]string{
		`<svg viewBox="0 0 1e9 1e9"/>`: "size is 1e9 by 1e9", `<svg viewBox="0 0 1e-9 1"/>`: "size is 1e-9 by 1", `<svg viewBox="0 0 1e999 1"/>`: "size is 1e999 by 1",
		`<svg viewBox="0 0 -5 5"/>`: "size is -5 by 5", `<svg viewBox="1e300 0 10 10"/>`: "begins at 1e300", `<svg viewBox="0 -1e999 10 10"/>`: "begins at -1e999",
		`<svg/>`: "without a size", `<svg width="100%" height="100%"/>`: "without a size", `<svg width="5" height="9e99"/>`: "size is 5 by 9e99",
	} {
		if why := refused(t, []byte(whole)); !strings.Contains(why, want) {
			t.Errorf("%s: %q, want %q", whole, why, want)
		}
	}
}
