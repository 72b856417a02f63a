package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/media"
)

const (
	// MaxUpload is how many bytes a body with pictures may have: two pictures and the texts.
	MaxUpload = 2*media.MaxBytes + 256<<10
	maxText   = 64 << 10 // bytes of one text of a form
	maxParts  = 40
)

// IsUpload reports whether a request's path takes pictures. Bodies of up to MaxUpload are read
// there, if the client is signed in.
func IsUpload(path string) bool {
	slug, found := strings.CutPrefix(path, "/admin/launches/")
	slug, ends := strings.CutSuffix(slug, "/profile")
	return found && ends && slug != "" && !strings.Contains(slug, "/")
}

// Form is a multipart/form-data body.
type Form struct {
	Texts map[string]string
	Files map[string][]byte
}

// ReadForm reads a request's body, which must be multipart/form-data. The content type that
// the client gives a file is ignored: its bytes decide. The error is a [ParamError], or 415
// if the body is of another type.
func ReadForm(c *fiber.Ctx) (Form, error) {
	f := Form{map[string]string{}, map[string][]byte{}}
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm || params["boundary"] == "" || c.Get(fiber.HeaderContentEncoding) != "" {
		return f, &HTTPError{fiber.StatusUnsupportedMediaType, Fault{Code: "unsupported_media_type", Field: fiber.HeaderContentType,
			Message: "the body has to be multipart/form-data, and not compressed"}}
	}
	parts := multipart.NewReader(bytes.NewReader(c.Request().Body()), params["boundary"])
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) && n > 0 {
			return f, nil
		}
		if err != nil || n >= maxParts {
			return f, &ParamError{"body", fmt.Sprintf("multipart/form-data with at most %d parts", maxParts)}
		}
		if err := f.add(part); err != nil {
			return f, err
		}
	}
}

// add reads one part. A file field without a file, as browsers send it for an empty field, is
// left out.
func (f *Form) add(part *multipart.Part) error {
	name := part.FormName()
	if name == "" || len(name) > 40 {
		return &ParamError{"body", "a name for each part"}
	}
	_, params, _ := mime.ParseMediaType(part.Header.Get(fiber.HeaderContentDisposition)) // FormName has read it
	_, isFile := params["filename"]
	limit := maxText
	if isFile {
		limit = media.MaxBytes
	}
	body, err := io.ReadAll(io.LimitReader(part, int64(limit)+1))
	if err != nil {
		return &ParamError{name, "a complete part"}
	}
	if len(body) > limit {
		return &ParamError{name, fmt.Sprintf("at most %d KiB", limit>>10)}
	}
	_, text := f.Texts[name]
	_, file := f.Files[name]
	switch {
	case text || file:
		return &ParamError{name, "one value"}
	case isFile && len(body) == 0 && params["filename"] == "":
	case isFile:
		f.Files[name] = body
	default:
		f.Texts[name] = string(body)
	}
	return nil
}
