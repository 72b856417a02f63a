// Package media makes pictures that strangers may have prepared safe to serve: it checks
// their size before it decodes them, and draws them again in the sizes that pages, wallets,
// explorers and previews ask for. No byte of the original is served, so metadata, scripts
// and files hidden in it are gone.
//
// [Picture] returns the files of a logo or a banner. A [File] is named by the hash of its
// content, so clients may cache it forever. [Fetcher] reads a picture from a URL.
package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"sync"

	"golang.org/x/image/webp"
)

// Limits of a picture.
const (
	// MaxBytes is how many bytes a picture may have: a photograph of a phone.
	MaxBytes = 4 << 20
	// MaxPixels is how many pixels a picture may have. Decoding takes at most 8 bytes for
	// each.
	MaxPixels = 16 << 20
	// maxSide is how many pixels a side may have.
	maxSide = 16384
	// maxScans is how often a JPEG may go over its pixels. Cameras and editors need 10.
	maxScans = 50
)

// InvalidError reports that a picture cannot be used. Its text follows the picture's name
// in a sentence: "is more than 4 MiB".
type InvalidError struct {
	Reason string
	Cause  error // for the operator's log only: it can name addresses of the server's network; may be nil
}

// Error returns the reason.
func (e *InvalidError) Error() string { return e.Reason }

// Unwrap returns the cause.
func (e *InvalidError) Unwrap() error { return e.Cause }

func invalid(format string, args ...any) error {
	return &InvalidError{Reason: fmt.Sprintf(format, args...)}
}

// File is one size of a picture, ready to be served.
type File struct {
	Variant       string // such as "256"; see [Shape]
	Type          string // image/png or image/jpeg
	Width, Height int
	Hash          string // SHA-256 of the body, 64 hex digits
	Body          []byte
}

// Set is a picture in all its sizes.
type Set struct {
	Format string // of the original: png, jpeg, gif, webp or svg
	// Animated says that the original moves. The files show its first frame.
	Animated bool
	Colour   string // the main one, "#rrggbb"; empty for a picture in grey
	Files    []File
}

// one lets only one picture be decoded at a time, so that pictures of the maximum size do
// not add up.
var one sync.Mutex

// Picture returns a picture in the sizes of a shape. The error is an *InvalidError if the
// data is no picture that can be used.
func Picture(data []byte, shape Shape) (Set, error) {
	one.Lock()
	defer one.Unlock()
	img, set, err := decode(data, shape)
	if err != nil {
		return Set{}, err
	}
	set.Colour = colourOf(img)
	for _, v := range shape.variants {
		f, err := v.file(img)
		if err != nil {
			return Set{}, err
		}
		set.Files = append(set.Files, f)
	}
	return set, nil
}

// format is a kind of picture that we decode.
type format struct {
	name   string
	begins string // the first bytes; a "?" stands for any byte
	config func([]byte) (image.Config, error)
	decode func([]byte) (image.Image, error)
}

var formats = []format{
	{"png", "\x89PNG\r\n\x1a\n", configOf(png.DecodeConfig), imageOf(png.Decode)},
	{"jpeg", "\xff\xd8\xff", configOf(jpeg.DecodeConfig), decodeJPEG},
	{"gif", "GIF8?a", configOf(gif.DecodeConfig), imageOf(gif.Decode)},
	{"webp", "RIFF????WEBP", configOf(webp.DecodeConfig), imageOf(webp.Decode)},
}

func configOf(read func(io.Reader) (image.Config, error)) func([]byte) (image.Config, error) {
	return func(data []byte) (image.Config, error) { return read(bytes.NewReader(data)) }
}

func imageOf(read func(io.Reader) (image.Image, error)) func([]byte) (image.Image, error) {
	return func(data []byte) (image.Image, error) { return read(bytes.NewReader(data)) }
}

// decode returns the picture's pixels. A decoder that panics counts as one that fails.
func decode(data []byte, shape Shape) (img image.Image, set Set, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = invalid("cannot be decoded: %v", v)
		}
	}()
	switch {
	case len(data) == 0:
		return nil, set, invalid("is empty")
	case len(data) > MaxBytes:
		return nil, set, invalid("is larger than %d MiB", MaxBytes>>20)
	}
	if looksLikeSVG(data) {
		img, err = drawSVG(data, shape.longest())
		return img, Set{Format: "svg"}, err
	}
	for _, f := range formats {
		if !begins(data, f.begins) {
			continue
		}
		set.Format = f.name
		if err := f.bounded(data); err != nil {
			return nil, set, err
		}
		if img, err = f.decode(data); err != nil {
			return nil, set, invalid("is damaged, or not a %s that can be read: %v", f.name, err)
		}
		set.Animated = f.name == "gif" && framesOf(data) > 1 || f.name == "png" && bytes.Contains(data[:min(len(data), 4096)], []byte("acTL"))
		return img, set, nil
	}
	return nil, set, invalid("is not a PNG, JPEG, WebP, GIF or SVG")
}

// bounded returns an error if decoding the picture would take too much. It reads only the
// picture's head.
func (f format) bounded(data []byte) error {
	if f.name == "webp" && len(data) > 20 && string(data[12:16]) == "VP8X" && data[20]&2 != 0 {
		return invalid("is an animated WebP, which cannot be read: give a GIF, or a picture that does not move")
	}
	c, err := f.config(data)
	if err != nil {
		return invalid("is damaged, or not a %s that can be read: %v", f.name, err)
	}
	switch {
	case c.Width <= 0 || c.Height <= 0:
		return invalid("has no pixels")
	case c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > MaxPixels:
		return invalid("is %d × %d pixels, more than %d million", c.Width, c.Height, MaxPixels>>20)
	case f.name == "jpeg" && bytes.Count(data, []byte{0xff, 0xda}) > maxScans:
		return invalid("has more than %d scans", maxScans)
	}
	return nil
}

// begins reports whether data has a prefix.
func begins(data []byte, prefix string) bool {
	if len(data) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if prefix[i] != '?' && prefix[i] != data[i] {
			return false
		}
	}
	return true
}

// framesOf counts the frames of a GIF, at most 2. It returns fewer if the file is damaged.
func framesOf(data []byte) (frames int) {
	at := 13
	table := func(flags byte) {
		if flags&0x80 != 0 {
			at += 3 << (flags&7 + 1)
		}
	}
	table(data[10])
	for at < len(data) && frames < 2 {
		switch data[at] {
		case 0x21: // an extension
			at += 2
		case 0x2c: // a frame
			frames++
			if at+9 >= len(data) {
				return frames
			}
			flags := data[at+9]
			at += 10
			table(flags)
			at++
		default:
			return frames
		}
		for at < len(data) && data[at] != 0 {
			at += int(data[at]) + 1
		}
		at++
	}
	return frames
}

// HashOf returns the name of a file with this body.
func HashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
