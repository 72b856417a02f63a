package server_test

import (
	"bytes"
	"image"
	"image/png"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/server/servertest"
)

// picture is an answer that is one.
func (w *world) picture(path string) []byte {
	w.Helper()
	a := w.Get(path, nil).Wants(200).Has("Content-Type", "image/png").Has("Cache-Control", "public, max-age=60").
		Has("X-Content-Type-Options", "nosniff").Has("Access-Control-Allow-Origin", "*")
	img, err := png.Decode(bytes.NewReader(a.Body))
	w.Must(err)
	if img.Bounds() != image.Rect(0, 0, 1200, 630) {
		w.Errorf("%s: %v", path, img.Bounds())
	}
	return a.Body
}

func TestALinkIsShownWithAPictureOfHowThingsStand(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{Cap: 2, Limit: 1, AnotherListing: true})
	before := w.picture("/l/ping/share.png")
	if !bytes.Equal(before, w.picture("/l/ping/share.png")) {
		t.Error("nothing changed but the picture")
	}
	if bytes.Equal(before, w.picture("/l/pong/share.png")) {
		t.Error("two launches have one picture")
	}
	w.Mining.Store(false)
	s := w.Sign(w.Payer(10), "/mint", 2)
	answered := w.Meanwhile(func() servertest.Answer { return w.Pay("/mint", s) })
	w.Eventually("claimed", func() bool { return w.Orders() == 1 })
	path := "/r/" + w.ID(s).String()
	onItsWay := w.picture(path + "/share.png")
	w.Mining.Store(true)
	answered().Wants(200)
	w.Eventually("a mint changes the receipt's picture", func() bool { return !bytes.Equal(onItsWay, w.picture(path+"/share.png")) })
	w.Eventually("a mint changes the launch's picture", func() bool { return !bytes.Equal(before, w.picture("/l/ping/share.png")) })
	w.contains(page(w.Get("/l/ping", browser)), `<meta property="og:image" content="`+w.URL+`/l/ping/share.png">`)
	w.contains(page(w.Get(path, browser)), `<meta property="og:image" content="`+w.URL+path+`/share.png">`)
	w.Get("/l/none/share.png", nil).Wants(404)
	w.Get("/r/0x12/share.png", nil).Wants(400)
	w.Get("/r/"+common.Hash{}.Hex()+"/share.png", nil).Wants(404)
	w.Do("HEAD", "/l/ping/share.png", nil).Wants(200)
}

func TestAsManyPicturesAsAreAskedForAreDrawnOneAtATime(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{})
	k := w.Payer(1000)
	var paths []string
	for range 4 {
		s := w.Sign(k, "/mint", 2)
		w.Pay("/mint", s).Wants(200)
		paths = append(paths, "/r/"+w.ID(s).String()+"/share.png")
	}
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			switch a := w.Get(paths[i%len(paths)], nil); a.Status {
			case 200:
			case 503:
				a.Has("Retry-After", "2").Problem("busy")
			default:
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	all.Wait()
	for _, p := range paths {
		w.picture(p)
	}
}
