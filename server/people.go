package server

import (
	"bufio"
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/conn"
	"github.com/mint402/mint402/server/pages"
	"github.com/mint402/mint402/server/people"
)

// crowdFiles serves files of a launch's addresses.
type crowdFiles struct {
	s     *Server
	files *api.Quota
}

const (
	// maxCrowdFiles is how many files of addresses are written at once, a quarter of them for
	// one client.
	maxCrowdFiles = 8
	// filePageTimeout is for sending one page of a file.
	filePageTimeout = 15 * time.Second
)

// pagesOf returns the function that returns a file's rows, page by page, and the one that
// ends it.
type pagesOf func(ctx context.Context, l *mint.Launch) (page func() ([][]string, error), end func(), err error)

// serve returns the handler of a file. Each page is read when it is written.
func (f crowdFiles) serve(name string, head []string, pages pagesOf) fiber.Handler {
	return func(c *fiber.Ctx) error {
		l, err := f.s.Presenter.LaunchOf(c)
		if err != nil {
			return err
		}
		who := f.s.Client(c)
		if !f.files.Take(who) {
			return api.ErrBusy
		}
		page, end, err := pages(f.s.life, &l)
		if err != nil {
			f.files.Give(who)
			return err
		}
		c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+l.Slug+"-"+name+"-"+f.s.now().UTC().Format("20060102-150405")+`.csv"`)
		if c.Method() == fiber.MethodHead {
			end()
			f.files.Give(who)
			return nil
		}
		connection := c.Context().Conn()
		c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
			defer f.files.Give(who)
			defer end()
			// On an error the connection ends in the middle of the file, which browsers show as
			// a failed download.
			err := api.Recovered(func() error {
				return api.WriteCSV(w, head, page, func() error { return connection.SetWriteDeadline(time.Now().Add(filePageTimeout)) })
			})
			if err != nil {
				f.s.log.Warn("write file of addresses", "launch", l.Slug, "err", err)
				conn.Abort(connection)
			}
		})
		return nil
	}
}

// crowdRoutes are the lists and files of a launch's addresses.
func crowdRoutes(s *Server, read []string) []route {
	files := crowdFiles{s, api.NewQuota(maxCrowdFiles)}
	return []route{
		{"/launches/:slug/minters", read, s.costly(s.Lists.ServeMinters)},
		{"/launches/:slug/minters.csv", read, files.serve("minters", people.MinterHead, s.Lists.MinterPages)},
		{"/launches/:slug/holders", read, s.costly(s.Lists.ServeHolders)},
		{"/launches/:slug/holders.csv", read, files.serve("holders", people.HolderHead, s.Lists.HolderPages)},
		{"/l/:slug/minters", read, s.costly(pages.People{Pages: s.pages}.Minters)},
		{"/l/:slug/holders", read, s.costly(pages.People{Pages: s.pages}.Holders)},
	}
}
