package media

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

// An SVG is a program for a drawing, so it is never served: we draw it and serve the pixels.
// The drawing library gets only the elements and attributes that it needs, within bounds.

// Limits of an SVG.
const (
	maxSVG      = 256 << 10 // bytes
	maxElements = 5_000
	maxDepth    = 32
	maxNumbers  = 50_000
	// maxReach is how far a coordinate may be from the drawing, in widths of it. Each curve
	// is drawn with more lines the longer it is.
	maxReach = 20
	// maxScale is how much nested transformations may enlarge.
	maxScale = 50
	// maxDrawing is how long the drawing may take. It is checked between paths.
	maxDrawing = 3 * time.Second
)

// drawn are the elements that the library draws, or that explain a drawing.
var drawn = []string{"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "linearGradient", "radialGradient", "stop", "title", "desc", "style"}

var svgNamespaces = []string{"", "svg", "http://www.w3.org/2000/svg"}

var (
	numbers  = regexp.MustCompile(`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`)
	scalings = regexp.MustCompile(`(?:scale|matrix)\s*\(([^)]*)\)`)
	names    = regexp.MustCompile(`#[\w.-]+`) // colours and ids, which are no lengths
	links    = regexp.MustCompile(`(?i)url\s*\(\s*['"]?\s*([^#'"\s)])`)
)

// looksLikeSVG reports whether data begins as XML does.
func looksLikeSVG(data []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(data[:min(len(data), 1024)], []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(text) > 0 && text[0] == '<'
}

// drawSVG draws an SVG so that its longer side has size pixels.
func drawSVG(data []byte, size int) (image.Image, error) {
	if len(data) > maxSVG {
		return nil, invalid("is an SVG of %d bytes, more than %d KiB", len(data), maxSVG>>10)
	}
	d := drawing{scales: []float64{1}}
	if err := d.read(data); err != nil {
		return nil, err
	}
	icon, err := oksvg.ReadIconStream(bytes.NewReader(data), oksvg.StrictErrorMode)
	if err != nil {
		return nil, invalid("is an SVG that cannot be drawn: %v", err)
	}
	scale := float64(size) / max(d.width, d.height)
	w, h := max(1, int(d.width*scale)), max(1, int(d.height*scale))
	icon.SetTarget(0, 0, float64(w), float64(h))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	pen := rasterx.NewDasher(w, h, rasterx.NewScannerGV(w, h, img, img.Bounds()))
	until := time.Now().Add(maxDrawing)
	for i := range icon.SVGPaths {
		if time.Now().After(until) {
			return nil, invalid("is an SVG that takes more than %s to draw", maxDrawing)
		}
		icon.SVGPaths[i].DrawTransformed(pen, 1, icon.Transform)
	}
	return img, nil
}

// drawing is an SVG that is being checked.
type drawing struct {
	width, height     float64
	elements, figures int
	scales            []float64 // of the open elements, each with those around it
}

// read checks a whole SVG. It accepts only what can be drawn.
func (d *drawing) read(data []byte) error {
	x := xml.NewDecoder(bytes.NewReader(data))
	x.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("it is not in UTF-8") }
	style := false
	for {
		t, err := x.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return invalid("is an SVG that cannot be read: %v", err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return invalid("is an SVG with a document type or entities; remove <!%.20s", t)
		case xml.ProcInst:
			if t.Target != "xml" {
				return invalid("is an SVG with the instruction <?%.20s; remove it", t.Target)
			}
		case xml.StartElement:
			if err := d.element(t); err != nil {
				return err
			}
			style = t.Name.Local == "style"
		case xml.EndElement:
			d.scales, style = d.scales[:len(d.scales)-1], false
		case xml.CharData:
			if style && strings.ContainsAny(string(t), "@\\") {
				return invalid("is an SVG whose style refers to other files; remove that")
			}
			if style {
				if err := d.value("style", string(t)); err != nil {
					return err
				}
			}
		}
	}
	if d.elements == 0 {
		return invalid("is not a PNG, JPEG, WebP, GIF or SVG")
	}
	return nil
}

func (d *drawing) element(e xml.StartElement) error {
	name := e.Name.Local
	if d.elements == 0 {
		if name != "svg" {
			return invalid("is not a PNG, JPEG, WebP, GIF or SVG")
		}
		if err := d.size(e); err != nil {
			return err
		}
	}
	if d.elements++; d.elements > maxElements || len(d.scales) > maxDepth {
		return invalid("is an SVG with more than %d elements, or nested deeper than %d", maxElements, maxDepth)
	}
	if !slices.Contains(drawn, name) || !slices.Contains(svgNamespaces, e.Name.Space) {
		return invalid("is an SVG with the element <%.40s>, which is not drawn here; remove it, or convert it to paths", name)
	}
	if name == "svg" && d.elements > 1 {
		return invalid("is an SVG within an SVG, which is not drawn here")
	}
	scale := d.scales[len(d.scales)-1]
	for _, a := range e.Attr {
		if err := d.attribute(a); err != nil {
			return err
		}
		if strings.HasSuffix(strings.ToLower(a.Name.Local), "transform") {
			scale *= enlarges(a.Value)
		}
	}
	if scale > maxScale {
		return invalid("is an SVG that enlarges its parts more than %d times", maxScale)
	}
	d.scales = append(d.scales, scale)
	return nil
}

// attribute checks one attribute of an element.
func (d *drawing) attribute(a xml.Attr) error {
	name, value := strings.ToLower(a.Name.Local), strings.TrimSpace(a.Value)
	switch {
	case a.Name.Space == "xmlns" || name == "xmlns" || a.Name.Space == "xml":
		return nil
	case strings.HasPrefix(name, "on"):
		return invalid("is an SVG with the script %.40s; remove it", name)
	case name == "href" || name == "src":
		return invalid("is an SVG that refers to %.80q; remove that", value)
	case name == "id" || name == "class" || name == "version" || name == "viewbox" || name == "width" || name == "height":
		return nil
	}
	return d.value(name, value)
}

// value checks the text of an attribute or a style.
func (d *drawing) value(name, value string) error {
	lower := strings.ToLower(value)
	switch {
	case links.MatchString(value) || strings.Contains(lower, "javascript:"):
		return invalid("is an SVG whose %.40s refers to another file; remove that", name)
	case strings.Contains(name, "dash") && lower != "none", strings.Contains(lower, "dasharray"):
		return invalid("is an SVG with dashed lines, which are not drawn here; convert them to paths")
	}
	limit := maxReach * max(d.width, d.height, 1)
	for _, n := range numbers.FindAllString(names.ReplaceAllString(value, " "), -1) {
		if d.figures++; d.figures > maxNumbers {
			return invalid("is an SVG with more than %d numbers", maxNumbers)
		}
		if f, err := strconv.ParseFloat(n, 64); err != nil || math.Abs(f) > limit {
			return invalid("is an SVG whose %.40s has %.20s, which is far outside of the drawing", name, n)
		}
	}
	return nil
}

// enlarges returns the largest factor in a transformation, at least 1.
func enlarges(transform string) float64 {
	factor := 1.0
	for _, m := range scalings.FindAllStringSubmatch(transform, -1) {
		most := 1.0
		for i, n := range numbers.FindAllString(m[1], -1) {
			if f, err := strconv.ParseFloat(n, 64); i < 4 {
				if err != nil {
					return math.Inf(1)
				}
				most = max(most, math.Abs(f))
			}
		}
		factor *= most
	}
	return factor
}

// minUnits and maxUnits bound the width and the height of a drawing, in its own units.
const minUnits, maxUnits = 0.01, 1e6

// size reads the width and height of the drawing from its first element.
func (d *drawing) size(e xml.StartElement) error {
	var box, width, height string
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "viewBox":
			box = a.Value
		case "width":
			width = a.Value
		case "height":
			height = a.Value
		}
	}
	list := numbers.FindAllString(box, -1)
	if box == "" {
		list = []string{"0", "0", strings.TrimSuffix(width, "px"), strings.TrimSuffix(height, "px")}
	}
	if len(list) != 4 {
		return invalid("is an SVG whose viewBox is not four numbers")
	}
	var err, err2 error
	d.width, err = strconv.ParseFloat(list[2], 64)
	d.height, err2 = strconv.ParseFloat(list[3], 64)
	switch {
	case box == "" && (err != nil || err2 != nil):
		return invalid("is an SVG without a size: give it a viewBox")
	case err != nil || err2 != nil || !(d.width >= minUnits && d.height >= minUnits && d.width <= maxUnits && d.height <= maxUnits):
		return invalid("is an SVG whose size is %.20s by %.20s; both have to be from %g to %g", list[2], list[3], minUnits, maxUnits)
	}
	for _, n := range list[:2] {
		if f, err := strconv.ParseFloat(n, 64); err != nil || math.Abs(f) > maxUnits {
			return invalid("is an SVG whose viewBox begins at %.20s; its corner has to be within %g of 0", n, maxUnits)
		}
	}
	if ratio := d.width / d.height; ratio > 20 || ratio < 0.05 {
		return invalid("is an SVG that is more than 20 times as long as wide")
	}
	return nil
}
