package server_test

import (
	"bytes"
	"image"
	"image/png"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// picture is an answer that is one.
func (w *world) picture(path string) []byte {
	w.Helper()
	a := w.get(path, nil).wants(200).has("Content-Type", "image/png").has("Cache-Control", "public, max-age=60").
		has("X-Content-Type-Options", "nosniff").has("Access-Control-Allow-Origin", "*")
	img, err := png.Decode(bytes.NewReader(a.body))
	w.must(err)
	if img.Bounds() != image.Rect(0, 0, 1200, 630) {
		w.Errorf("%s: %v", path, img.Bounds())
	}
	return a.body
}

func TestALinkIsShownWithAPictureOfHowThingsStand(t *testing.T) {
	w := open(t, sale{cap: 2, limit: 1, anotherListing: true})
	before := w.picture("/l/ping/share.png")
	if !bytes.Equal(before, w.picture("/l/ping/share.png")) {
		t.Error("nothing changed but the picture")
	}
	if bytes.Equal(before, w.picture("/l/pong/share.png")) {
		t.Error("two launches have one picture")
	}
	w.mining.Store(false)
	s := w.sign(w.payer(10), "/mint", 2)
	answered := w.meanwhile(func() answer { return w.pay("/mint", s) })
	w.eventually("claimed", func() bool { return w.orders() == 1 })
	path := "/r/" + w.id(s).String()
	onItsWay := w.picture(path + "/share.png")
	w.mining.Store(true)
	answered().wants(200)
	w.eventually("a mint changes the receipt's picture", func() bool { return !bytes.Equal(onItsWay, w.picture(path+"/share.png")) })
	w.eventually("a mint changes the launch's picture", func() bool { return !bytes.Equal(before, w.picture("/l/ping/share.png")) })
	w.contains(page(w.get("/l/ping", browser)), `<meta property="og:image" content="`+w.url+`/l/ping/share.png">`)
	w.contains(page(w.get(path, browser)), `<meta property="og:image" content="`+w.url+path+`/share.png">`)
	w.get("/l/none/share.png", nil).wants(404)
	w.get("/r/0x12/share.png", nil).wants(400)
	w.get("/r/"+common.Hash{}.Hex()+"/share.png", nil).wants(404)
	w.do("HEAD", "/l/ping/share.png", nil).wants(200)
}

func TestAsManyPicturesAsAreAskedForAreDrawnOneAtATime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long: without -short it runs")
	}
	w := open(t, sale{})
	k := w.payer(1000)
	var paths []string
	for range 4 {
		s := w.sign(k, "/mint", 2)
		w.pay("/mint", s).wants(200)
		paths = append(paths, "/r/"+w.id(s).String()+"/share.png")
	}
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			switch a := w.get(paths[i%len(paths)], nil); a.status {
			case 200:
			case 503:
				a.has("Retry-After", "2").problem("busy")
			default:
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	all.Wait()
	for _, p := range paths {
		w.picture(p)
	}
}
