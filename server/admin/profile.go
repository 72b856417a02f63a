package admin

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
)

// ProfileEditor checks and stores edits of profiles.
type ProfileEditor interface {
	// Apply stores an edit, or returns a *profile.InvalidError with all invalid fields.
	Apply(ctx context.Context, launch string, edit profile.Edit) (profile.Version, error)
}

// profiles are the routes for editing a launch's page.
type profiles struct{ d *Dashboard }

// show answers with the newest version of a launch's profile and its history.
func (p profiles) show(c *fiber.Ctx, who session) error {
	l, err := launchFor(c, p.d, who, c.Params("slug"))
	if err != nil {
		return err
	}
	versions, err := p.d.Presenter.Profiles.History(c.UserContext(), l.Slug)
	if err != nil {
		return err
	}
	newest := profile.Version{Changed: []string{}}
	if len(versions) > 0 {
		newest = versions[0]
	}
	return c.JSON(map[string]any{"launch": l.Slug, "newest": newest, "history": api.OrEmpty(versions)})
}

// edit stores an edit: a multipart form with a part for each field to change. Parts of image
// and banner are files, or URLs as text. An empty text clears a field. The part version is
// the version that the form was made from, 0 if the page was never edited.
func (p profiles) edit(c *fiber.Ctx, who session) error {
	l, err := launchFor(c, p.d, who, c.Params("slug"))
	if err != nil {
		return err
	}
	form, err := api.ReadForm(c)
	if err != nil {
		return err
	}
	edit := profile.Edit{Texts: form.Texts, Uploads: form.Files, Author: who.address.Hex()}
	if given, there := form.Texts["version"]; there {
		if edit.Expect, err = strconv.Atoi(given); err != nil || edit.Expect < 0 {
			return &api.ParamError{Field: "version", Expected: "a whole number"}
		}
		if edit.Expect == 0 {
			edit.Expect = profile.Unedited
		}
		delete(form.Texts, "version")
	}
	// Pictures are drawn one after the other. One creator at a time leaves the next place to
	// the operator.
	if !who.operator {
		if !p.d.drawing.TryLock() {
			return api.ErrBusy
		}
		defer p.d.drawing.Unlock()
	}
	v, err := p.d.Profiles.Apply(c.UserContext(), l.Slug, edit)
	var invalid *profile.InvalidError
	switch {
	case errors.As(err, &invalid):
		refused := &LaunchRequestError{}
		for _, f := range invalid.Fields {
			refused.Fields = append(refused.Fields, FieldError(f))
		}
		return refused
	case errors.Is(err, profile.ErrStale), errors.Is(err, profile.ErrFull):
		return &RefusedError{err.Error()}
	case err != nil:
		return err
	}
	return c.JSON(map[string]any{"launch": l.Slug, "newest": v})
}

// MayUpload returns a function that reports whether the client that sent some headers is
// signed in to a dashboard. Only then does the server read a body with pictures.
func MayUpload(d *Dashboard) func(*fasthttp.RequestHeader) bool {
	return func(h *fasthttp.RequestHeader) bool {
		who, _, open := openSession(d, h)
		return open && (slices.Contains(d.Wallets, who.address) || guests{d}.mayUpload(who))
	}
}
